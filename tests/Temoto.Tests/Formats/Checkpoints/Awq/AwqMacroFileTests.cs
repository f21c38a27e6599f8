using System.Runtime.InteropServices;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Formats.Config;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Checkpoints.Awq;

public sealed unsafe class AwqMacroFileTests : IDisposable
{
    private static readonly ModelConfig Tiny = ModelShapes.Get("tiny-qwen2") with { IntermediateSize = 192 };

    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("tiny-qwen2", false)]
    [InlineData("tiny-llama", true)]
    [InlineData("tiny-qwen3", false)]
    [InlineData("tiny-smollm3", false)]
    [InlineData("tiny-granite", true)]
    public void ReturnsEveryBit(string shape, bool symmetric)
    {
        var config = ModelShapes.Get(shape) with { IntermediateSize = 192 };
        using var model = QuantizedFixture.Model(config, 64, 3, symmetric);
        var reports = new List<(long Done, long Total)>();
        AwqMacroFile.Write(model, folder.File("m.bin"), (done, total) => reports.Add((done, total)), default);
        Assert.Equal(["m.bin", "m.bin.json"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
        var file = AwqMacroFile.Open(folder.File("m.bin"));
        file.Verify(null, default);
        Assert.Equal(config, file.Config);
        Assert.Equal((file.FileBytes, file.FileBytes), reports[^1]);
        Assert.Equal(new FileInfo(folder.File("m.bin")).Length, file.Parts.Sum(part => part.ByteLength));
        using var read = file.ToCheckpoint();
        Assert.Equal(("awq-macro", config), (read.Format, read.Config));
        Assert.Equal(model.Tensors.Keys.Order(), read.Tensors.Keys.Order());
        foreach (var (name, tensor) in model.Tensors)
        {
            if (tensor.DType == DType.I4)
                QuantizedFixture.AssertSame(tensor, read.Tensors[name]);
            else
                Assert.Equal(tensor.Bytes, read.Tensors[name].Bytes);
        }
        Assert.Equal(QuantizedFixture.Bits(QuantizedFixture.Logits(model, precise: false)), QuantizedFixture.Bits(QuantizedFixture.Logits(read, precise: false)));
    }

    /// <summary>From our file to the product W x by way of numpy's reader, and by way of load order and the MAC unit.</summary>
    [Fact]
    public void NumpyReadsTheWeightsAndTheSameSums()
    {
        using var model = QuantizedFixture.Model(Tiny, 64, 4);
        AwqMacroFile.Write(model, folder.File("m.bin"), null, default);
        using var file = AwqMacroFile.Open(folder.File("m.bin"));
        foreach (var name in new[] { "model.layers.1.self_attn.k_proj.weight", "model.layers.0.mlp.down_proj.weight" })
        {
            var part = file.Parts.Single(part => part.Name == name);
            var random = new Random(1);
            var x = Enumerable.Range(0, (int)part.Shape[1]).Select(_ => random.NextSingle() - 0.5f).ToArray();
            folder.Write("x", MemoryMarshal.AsBytes<float>(x).ToArray());
            Oracle.Python("awq_macro.py", "", folder.File("m.bin"), $"{part.OffsetBytes}", $"{part.Groups}", $"{part.Tiles}", folder.File("x"), folder.File("out"));
            var sums = new float[part.Shape[0]];
            using (var columns = file.LoadOrder(part))
            {
                for (var quad = 0; quad < part.Tiles / AwqMacro.Ports; quad++)
                {
                    var bytes = (int)(AwqMacro.Ports * part.Groups * AwqMacro.Bytes);
                    AwqMacroMac.Quad(new ReadOnlySpan<byte>(columns.Data + (long)quad * bytes, bytes), x, false, sums.AsSpan(quad * 32, 32));
                }
            }
            Assert.Equal(QuantizedFixture.Bits([.. QuantizedFixture.Decode(model.Tensors[name]), .. sums]), File.ReadAllBytes(folder.File("out")));
        }
    }

    [Fact]
    public void RefusesWhatFillsNoMacros()
    {
        using var narrow = QuantizedFixture.Model(Tiny, 32, 4);
        Assert.Contains("found groups of 32; expected groups of 64", Message(narrow), StringComparison.Ordinal);
        using var odd = QuantizedFixture.Model(ModelShapes.Get("tiny-qwen2"), 32, 4);
        Assert.Contains("model.layers.0.mlp.down_proj.weight: found [64, 160]; expected outputs in multiples of 32 and inputs of 64", Message(odd), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));

        string Message(Checkpoint model) => Assert.Throws<InputException>(() => AwqMacroFile.Write(model, folder.File("m.bin"), null, default)).Message;
    }

    [Fact]
    public void CancellingLeavesNothingBehind()
    {
        using var model = QuantizedFixture.Model(Tiny, 64, 4);
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => AwqMacroFile.Write(model, folder.File("m.bin"), (_, _) => cancellation.Cancel(), cancellation.Token));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void DamageToTheStreamIsAlwaysNoticed()
    {
        using var model = QuantizedFixture.Model(Tiny with { NumHiddenLayers = 1 }, 64, 4);
        AwqMacroFile.Write(model, folder.File("m.bin"), null, default);
        var whole = File.ReadAllBytes(folder.File("m.bin"));
        var counts = Mutations.Run(whole, 11, 300, damaged =>
        {
            if (damaged.AsSpan().SequenceEqual(whole))
                throw new InputException("same", null, "no damage", "damage", "count as refused");
            folder.Write("m.bin", damaged);
            using var file = AwqMacroFile.Open(folder.File("m.bin"));
            file.Verify(null, default);
        });
        Assert.Equal((0, 300), counts);
        folder.Write("m.bin", whole);
        whole[^1] ^= 1;
        folder.Write("m.bin", whole);
        using var opened = AwqMacroFile.Open(folder.File("m.bin"));
        Assert.Contains("model.embed_tokens.weight: found SHA-256", Assert.Throws<InputException>(() => opened.Verify(null, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DamageToTheSidecarEndsInALineOrChangesNothing()
    {
        using var model = QuantizedFixture.Model(Tiny with { NumHiddenLayers = 1 }, 64, 4);
        AwqMacroFile.Write(model, folder.File("m.bin"), null, default);
        var whole = File.ReadAllBytes(folder.File("m.bin.json"));
        var counts = Mutations.Run(whole, 12, 1500, damaged =>
        {
            folder.Write("m.bin.json", damaged);
            var before = GC.GetAllocatedBytesForCurrentThread();
            using var file = AwqMacroFile.Open(folder.File("m.bin"));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
            file.Verify(null, default);
            Assert.Equal(model.Config, file.Config);
            using var read = file.ToCheckpoint();
            foreach (var (name, tensor) in model.Tensors)
                Assert.Equal(tensor.Bytes, read.Tensors[name].Bytes);
        });
        Assert.True(counts.Refused > 700 && counts.Read > 2, $"{counts}");
    }
}
