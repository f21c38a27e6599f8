using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Kernels.Floats;
using Temoto.Packing;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;
using Temoto.Quantization;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Planning;

public class PackedWeightsTests
{
    private static readonly HostRates Rates = new(40e9, 60e9, 30e9, 40e9, 2e9, 1e9, 2e9, 1e9, 100e9, 100e9, 80e9, 2e9, 2e-6);

    /// <summary>Fast memory and slow unpacking ask for plain rows; a board with slow memory and an unpacker that keeps up, as an FPGA has, keeps them packed.</summary>
    [Fact]
    public void TheBoardDecides()
    {
        using var folder = new TemporaryFolder();
        using var checkpoint = CheckpointReader.Open(Packed(folder));
        var weights = checkpoint.Tensors.Values.Where(tensor => tensor.Encoded is not null).Select(WeightInfo.Of).ToArray();
        Assert.NotEmpty(weights);
        var fast = BoardOf(Rates with { ReadBytesPerSecond = 40e9, UnpackBytesPerSecond = 2e9 });
        Assert.Equal(weights.Length, PackedWeights.ToUnpack(weights, fast, 1e12).Count);
        var slow = BoardOf(Rates with { ReadBytesPerSecond = 1e8, UnpackBytesPerSecond = 1e11 });
        // But for those that packing made no smaller: a few KiB with a table of their own.
        var grown = weights.Where(weight => weight.ElementBytes >= weight.PlainRowBytes * weight.Rows).Select(weight => weight.Name).ToHashSet();
        Assert.True(grown.Count < weights.Length);
        Assert.True(PackedWeights.ToUnpack(weights, slow, 1e12).IsSubsetOf(grown));
        // What does not fit stays packed: the gain is largest for the largest, which come first.
        var largest = weights.Max(weight => weight.PlainRowBytes * weight.Rows);
        var some = PackedWeights.ToUnpack(weights, fast, largest);
        Assert.InRange(some.Count, 1, weights.Length - 1);
        Assert.True(weights.Where(weight => some.Contains(weight.Name)).Sum(weight => weight.PlainRowBytes * weight.Rows) <= largest);
    }

    /// <summary>Rows in the escape code are multiplied as they lie: the rate of that counts, not that of unpacking.</summary>
    [Fact]
    public void TheRateOfPackedProductsDecides()
    {
        using var folder = new TemporaryFolder();
        using var checkpoint = CheckpointReader.Open(Packed(folder, PackingMode.Escape));
        var weights = checkpoint.Tensors.Values.Where(tensor => tensor.Encoded?.Escaped is not null).Select(WeightInfo.Of).ToArray();
        Assert.NotEmpty(weights);
        var rates = Rates with { ReadBytesPerSecond = 1e9, UnpackBytesPerSecond = 1, OneTokenInt8 = 1e12, IdsInt8 = 1e12, EscapesInt8 = 1e12 };
        var kept = weights.Select(weight => weight.Name).Except(PackedWeights.ToUnpack(weights, BoardOf(rates), 1e12)).ToHashSet();
        Assert.Equal(weights.Length, kept.Count);
        // At the rate at which plain bytes are read, nothing is gained.
        Assert.Equal(weights.Length, PackedWeights.ToUnpack(weights, BoardOf(rates with { IdsInt8 = 2e9, EscapesInt8 = 2e9 }), 1e12).Count);
        // Rows with escapes and rows without have rates of their own.
        Assert.Contains(weights, weight => weight.Format.EscapeShare > 0);
        var unit = BoardOf(rates with { EscapesInt8 = 1e12 / 1999 }).UnitFor(null, WorkKind.Product, weights[0].Format, weights[0].Columns, null, oneToken: true)!;
        Assert.Equal(RowPacking.Escape, unit.Packing);
        Assert.Equal(1e9, unit.RateOf(0.5), 1.0);
    }

    /// <summary>Whatever is chosen, the logits are the same bit for bit; the memory plan says what it takes. Of one token that is so where rows are laid out plain: panels have an order of their own.</summary>
    [Theory]
    [InlineData(PackingMode.Entropy, RepackChoice.Never)]
    [InlineData(PackingMode.Escape, RepackChoice.Never)]
    [InlineData(PackingMode.Entropy, RepackChoice.Auto)]
    [InlineData(PackingMode.Escape, RepackChoice.Auto)]
    internal void PackedAndUnpackedRunAlike(PackingMode mode, RepackChoice repack)
    {
        using var folder = new TemporaryFolder();
        var path = Packed(folder, mode);
        var keep = Run(PackedWeightsChoice.Keep);
        var unpack = Run(PackedWeightsChoice.Unpack);
        Assert.Equal(keep.Prompt, unpack.Prompt);
        if (repack == RepackChoice.Never)
            Assert.Equal(keep.Token, unpack.Token);
        Assert.True(unpack.WeightBytes > keep.WeightBytes, $"{unpack.WeightBytes} against {keep.WeightBytes}");

        (float[] Prompt, float[] Token, long WeightBytes) Run(PackedWeightsChoice choice)
        {
            using var model = LanguageModel.Load(path, new ModelOptions { PackedWeights = choice, Repack = repack });
            using var cache = model.Engine.NewCache();
            using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, 40, 40));
            var tokens = Enumerable.Range(0, 40).Select(i => i * 5 % 250).ToArray();
            var prompt = executor.Forward(tokens, cache, 40).ToArray();
            using var decode = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Decode, 1, 1));
            return (prompt, decode.Forward([7], cache, 1).ToArray(), model.Engine.MemoryPlan.WeightBytes);
        }
    }

    /// <summary>With the kernels that multiply integers everywhere.</summary>
    private static Board BoardOf(HostRates rates) => HostBoard.Of(new ScalarKernelSet(), 2, rates, Evidence.Assumed, "a test");

    private static string Packed(TemporaryFolder folder, PackingMode mode = PackingMode.Entropy)
    {
        if (mode == PackingMode.Escape)
            return PackedDemo(folder.File("packed.temoto"));
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 3, folder.File("float"), DType.F32, null, TestContext.Current.CancellationToken);
        using var source = CheckpointReader.Open(folder.File("float"));
        var path = folder.File("packed.temoto");
        var int8 = new WeightFormat(DType.I8, 32);
        new PackJob(source, path) { Quantization = new QuantizationSettings { Method = QuantizationMethod.Rtn, Weights = int8, LmHead = int8, Embedding = int8 }, Packing = new PackingSettings { Mode = mode } }.Run(null, null, TestContext.Current.CancellationToken);
        return path;
    }

    /// <summary>Trained weights under one scale per matrix, which leaves rare large ones: random ones have none.</summary>
    private static string PackedDemo(string path)
    {
        using var source = CheckpointReader.Open(Path.Combine(RepositoryPaths.Root, "models", "demo"));
        var int8 = new WeightFormat(DType.I8, PerTensor: true);
        new PackJob(source, path) { Quantization = new QuantizationSettings { Method = QuantizationMethod.Rtn, Weights = int8, LmHead = int8, Embedding = int8 }, Packing = new PackingSettings { Mode = PackingMode.Escape } }.Run(null, null, TestContext.Current.CancellationToken);
        return path;
    }
}
