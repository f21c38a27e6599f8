using System.Runtime.InteropServices;
using System.Text.Json;
using Temoto.Plans;

namespace Temoto.Tests.Models;

/// <summary>Texts and logits by Hugging Face's libraries, as folders of shared/data have them, and how far ours are off.</summary>
internal static class GoldenLogits
{
    /// <summary>Token ids, and the logits [tokens, vocabulary], of each case of a folder's case.json.</summary>
    public static List<(int[] Tokens, float[] Expected)> Cases(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "case.json")));
        return
        [
            .. document.RootElement.GetProperty("cases").EnumerateArray().Select(item =>
                (item.GetProperty("input").EnumerateArray().Select(id => id.GetInt32()).ToArray(), Floats(Path.Combine(path, item.GetProperty("expected").GetString()!)))),
        ];
    }

    /// <summary>Of all tokens of a prompt, in one run.</summary>
    public static float[] Of(LanguageModel model, int[] tokens)
    {
        using var cache = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, tokens.Length, tokens.Length));
        return executor.Forward(tokens, cache, tokens.Length).ToArray();
    }

    /// <summary>The largest difference, in standard deviations of the expected values.</summary>
    public static double Worst(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max() / Deviation(expected);
    }

    public static double Deviation(float[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }

    public static float[] Floats(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();
}
