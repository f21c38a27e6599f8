using System.Text.Json;
using Temoto.Tensors;

namespace Temoto.Tests.Formats;

/// <summary>llama.cpp itself loads what our writer writes. Runs where bench/peers/llama.cpp is installed (npm ci --omit=optional --ignore-scripts).</summary>
public sealed class GgufPeerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("F32", "llama")]
    [InlineData("Q4_K", "llama")]
    [InlineData("Q8_0", "qwen2")]
    [InlineData("BF16", "qwen3")]
    public void LlamaCppLoadsTheFixture(string dtype, string architecture)
    {
        var peer = Path.Combine(RepositoryPaths.Root, "bench", "peers", "llama.cpp");
        Assert.SkipUnless(Directory.Exists(Path.Combine(peer, "node_modules", "node-llama-cpp")), "the peer bench/peers/llama.cpp is not installed (npm ci --omit=optional --ignore-scripts there)");
        var path = folder.File("m.gguf");
        GgufFixture.Write(path, Enum.Parse<DType>(dtype), architecture);
        using var answer = JsonDocument.Parse(Oracle.Run("node", [Path.Combine(peer, "greedy.mjs"), path, "72,101,108,108,111", "4"], ""));
        Assert.Equal(GgufFixture.VocabSize, answer.RootElement.GetProperty("vocabulary").GetInt32());
        Assert.Equal(4, answer.RootElement.GetProperty("ids").GetArrayLength());
    }
}
