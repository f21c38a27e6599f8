using Temoto.Dataflow;
using Temoto.Formats;
using Temoto.Packing;
using Temoto.Quantization;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Dataflow;

public class PackedWeightsTests
{
    /// <summary>Fast memory and slow unpacking ask for plain rows; a board with slow memory and an unpacker that keeps up, as an FPGA has, keeps them packed.</summary>
    [Fact]
    public void TheBoardDecides()
    {
        using var folder = new TemporaryFolder();
        using var checkpoint = CheckpointReader.Open(Packed(folder));
        var weights = checkpoint.Tensors.Values.Where(tensor => tensor.Encoded is not null).ToArray();
        Assert.NotEmpty(weights);
        var fast = HostBoard.Assumed("avx2", 2) with { ReadBytesPerSecond = 40e9, UnpackBytesPerSecond = 2e9 };
        Assert.Equal(weights.Length, PackedWeights.ToUnpack(weights, fast, 1e12).Count);
        var slow = fast with { ReadBytesPerSecond = 1e8, UnpackBytesPerSecond = 1e11 };
        // But for those that packing made no smaller: a few KiB with a table of their own.
        var grown = weights.Where(weight => weight.Encoded!.ByteLength >= weight.RowBytes * weight.Rows).Select(weight => weight.Name).ToHashSet();
        Assert.True(grown.Count < weights.Length);
        Assert.True(PackedWeights.ToUnpack(weights, slow, 1e12).IsSubsetOf(grown));
        // What does not fit stays packed: the gain is largest for the largest, which come first.
        var largest = weights.Max(weight => weight.RowBytes * weight.Rows);
        var some = PackedWeights.ToUnpack(weights, fast, largest);
        Assert.InRange(some.Count, 1, weights.Length - 1);
        Assert.True(weights.Where(weight => some.Contains(weight.Name)).Sum(weight => weight.RowBytes * weight.Rows) <= largest);
    }

    /// <summary>Whatever is chosen, the logits are the same bit for bit; the memory plan says what it takes.</summary>
    [Fact]
    public void PackedAndUnpackedRunAlike()
    {
        using var folder = new TemporaryFolder();
        var path = Packed(folder);
        var keep = Run(PackedWeightsChoice.Keep);
        var unpack = Run(PackedWeightsChoice.Unpack);
        Assert.Equal(keep.Logits, unpack.Logits);
        Assert.True(unpack.WeightBytes > keep.WeightBytes, $"{unpack.WeightBytes} against {keep.WeightBytes}");

        (float[] Logits, long WeightBytes) Run(PackedWeightsChoice choice)
        {
            using var model = LanguageModel.Load(path, new ModelOptions { PackedWeights = choice });
            using var cache = model.Engine.NewCache();
            using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, 40, 40));
            var tokens = Enumerable.Range(0, 40).Select(i => i * 5 % 250).ToArray();
            return (executor.Forward(tokens, cache, 40).ToArray(), model.Engine.MemoryPlan.WeightBytes);
        }
    }

    private static string Packed(TemporaryFolder folder)
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 3, folder.File("float"), DType.F32, null, TestContext.Current.CancellationToken);
        using var source = CheckpointReader.Open(folder.File("float"));
        var path = folder.File("packed.temoto");
        var int8 = new WeightFormat(DType.I8, 32);
        new PackJob(source, path) { Quantization = new QuantizationSettings { Method = QuantizationMethod.Rtn, Weights = int8, LmHead = int8, Embedding = int8 }, Packing = new PackingSettings { Mode = PackingMode.Entropy } }.Run(null, null, TestContext.Current.CancellationToken);
        return path;
    }
}
