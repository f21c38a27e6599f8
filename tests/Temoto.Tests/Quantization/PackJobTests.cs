using Temoto.Formats;
using Temoto.Packing;
using Temoto.Quantization;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Quantization;

public sealed class PackJobTests : IDisposable
{
    private static readonly WeightFormat Int4 = new(DType.I4, 32, ZeroPoints: true);

    private readonly TemporaryFolder folder = new();
    private readonly Checkpoint source;

    public PackJobTests()
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 3, folder.File("float"), DType.BF16, null, Cancellation);
        source = CheckpointReader.Open(folder.File("float"));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        source.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void AnInterruptedJobGoesOnAndGivesTheSameBytes()
    {
        var whole = folder.File("whole.temoto");
        Job(whole).Run(null, null, Cancellation);

        var resumed = folder.File("resumed.temoto");
        using var interrupt = new CancellationTokenSource();
        // The outside is a third of this model's weights: the first report that says more comes from the first layer.
        Assert.ThrowsAny<OperationCanceledException>(() => Job(resumed).Run((done, all) =>
        {
            if (Directory.EnumerateFiles(resumed + ".parts", "layer-0*").Any())
                interrupt.Cancel();
        }, null, interrupt.Token));
        Assert.False(File.Exists(resumed));

        var second = Job(resumed);
        second.Run(null, null, Cancellation);
        Assert.Equal(2, second.ReusedParts);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(resumed));
        Assert.False(Directory.Exists(resumed + ".parts"));
    }

    [Fact]
    public void OtherSettingsStartAnew()
    {
        var output = folder.File("x.temoto");
        using var interrupt = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Job(output).Run((_, _) => interrupt.Cancel(), null, interrupt.Token));
        Assert.True(Directory.Exists(output + ".parts"));
        var job = Job(output, new WeightFormat(DType.I8));
        job.Run(null, null, Cancellation);
        Assert.Equal(0, job.ReusedParts);
        using var read = CheckpointReader.Open(output);
        Assert.Equal(DType.I8, read.Tensors["model.layers.0.mlp.up_proj.weight"].DType);
    }

    [Fact]
    public void AFolderOfSomebodyElseIsLeftAlone()
    {
        var output = folder.File("x.temoto");
        Directory.CreateDirectory(output + ".parts");
        File.WriteAllText(Path.Combine(output + ".parts", "mine.txt"), "precious");
        Assert.Contains(".parts", Assert.Throws<InputException>(() => Job(output).Run(null, null, Cancellation)).Message);
        Assert.Equal("precious", File.ReadAllText(Path.Combine(output + ".parts", "mine.txt")));
    }

    [Theory]
    [InlineData("Naive")]
    [InlineData("Frequency")]
    [InlineData("Auto")]
    public void PackedRowsAreThePlainOnesAndRepackingKeepsThem(string name)
    {
        var mode = Enum.Parse<PackingMode>(name);
        Job(folder.File("plain.temoto")).Run(null, null, Cancellation);
        using var plain = CheckpointReader.Open(folder.File("plain.temoto"));
        var keep = new PackJob(plain, folder.File("packed.temoto")) { Packing = new PackingSettings { Mode = mode } };
        keep.Run(null, null, Cancellation);
        using var packed = CheckpointReader.Open(folder.File("packed.temoto"));
        Assert.Equal(plain.Tensors.Keys, packed.Tensors.Keys);
        AssertSameRows(plain, packed);

        new PackJob(packed, folder.File("again.temoto")).Run(null, null, Cancellation);
        Assert.Equal(File.ReadAllBytes(folder.File("plain.temoto")), File.ReadAllBytes(folder.File("again.temoto")));
    }

    /// <summary>Damage that only decoding can find is bad input there too, on whatever thread it is found; other damage gives other numbers, and verifying finds it.</summary>
    [Fact]
    public void DamagedRowsAreBadInputWhenTheyAreDecoded()
    {
        var path = folder.File("packed.temoto");
        new PackJob(source, path) { Quantization = Settings(Int4), Packing = new PackingSettings { Mode = PackingMode.Entropy } }.Run(null, null, Cancellation);
        var whole = File.ReadAllBytes(path);
        var data = 8 + (int)BitConverter.ToInt64(whole);
        var random = new Random(1);
        var refused = 0;
        for (var i = 0; i < 30; i++)
        {
            var damaged = whole.ToArray();
            for (var flips = 0; flips < 300; flips++)
                damaged[random.Next(data, damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            try
            {
                using var model = LanguageModel.Load(path, new ModelOptions { Threads = 2 });
                using var rows = new Temoto.Generation.Evaluation.LogitRows(model.Engine);
                rows.Run([1, 2, 3], 0, (_, _) => { }, Cancellation);
            }
            catch (InputException)
            {
                refused++;
            }
            Assert.Throws<InputException>(() => TemotoFile.Verify(path, null, Cancellation));
        }
        Assert.True(refused > 0);
    }

    [Fact]
    public void AHeadOfItsOwnTypeUntiesTheEmbedding()
    {
        var output = folder.File("x.temoto");
        new PackJob(source, output) { Quantization = Settings(Int4) with { LmHead = Int4 } }.Run(null, null, Cancellation);
        using var read = CheckpointReader.Open(output);
        Assert.False(read.Config.TieWordEmbeddings);
        Assert.Equal(DType.I4, read.Tensors["lm_head.weight"].DType);
        Assert.Equal(DType.F16, read.Tensors["model.embed_tokens.weight"].DType);
        using var model = LanguageModel.Load(output);
        Assert.Equal(source.Config.VocabSize, model.Info.VocabSize);
    }

    private static unsafe void AssertSameRows(Checkpoint expected, Checkpoint actual)
    {
        foreach (var tensor in expected.Tensors.Values)
        {
            using var left = new NativeBuffer(tensor.Columns * sizeof(float));
            using var right = new NativeBuffer(tensor.Columns * sizeof(float));
            for (var row = 0; row < tensor.Rows; row++)
            {
                Temoto.Kernels.BlockDecoder.DecodeRow(tensor, row, left.Floats);
                Temoto.Kernels.BlockDecoder.DecodeRow(actual.Tensors[tensor.Name], row, right.Floats);
                Assert.True(new Span<byte>(left.Data, (int)left.ByteLength).SequenceEqual(new Span<byte>(right.Data, (int)right.ByteLength)), $"{tensor.Name} row {row}");
            }
        }
    }

    private static QuantizationSettings Settings(WeightFormat format) => new() { Method = QuantizationMethod.Rtn, Weights = format, LmHead = WeightFormat.F16, Embedding = WeightFormat.F16 };

    private PackJob Job(string output, WeightFormat? format = null) => new(source, output) { Quantization = Settings(format ?? Int4), Description = """{"method":"rtn"}""" };
}
