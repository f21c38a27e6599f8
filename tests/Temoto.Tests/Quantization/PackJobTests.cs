using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
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
        // The demo's weights under one scale per matrix: there even naive IDs are shorter, for some matrices.
        using var demo = CheckpointReader.Open(Path.Combine(RepositoryPaths.Root, "models", "demo"));
        var perTensor = new WeightFormat(DType.I8, PerTensor: true);
        new PackJob(demo, folder.File("plain.temoto")) { Quantization = Settings(perTensor) with { Embedding = perTensor, LmHead = perTensor } }.Run(null, null, Cancellation);
        using var plain = CheckpointReader.Open(folder.File("plain.temoto"));
        var keep = new PackJob(plain, folder.File("packed.temoto")) { Packing = new PackingSettings { Mode = Enum.Parse<PackingMode>(name) } };
        keep.Run(null, null, Cancellation);
        using var packed = CheckpointReader.Open(folder.File("packed.temoto"));
        Assert.Equal(plain.Tensors.Keys, packed.Tensors.Keys);
        var modes = packed.Tensors.Values.Select(tensor => (tensor.Encoded as PackedMatrix)?.Mode.ToString()).Where(mode => mode is not null).Distinct();
        Assert.Equal([name == "Auto" ? "Entropy" : name], modes);
        AssertSameRows(plain, packed);

        new PackJob(packed, folder.File("again.temoto")).Run(null, null, Cancellation);
        Assert.Equal(File.ReadAllBytes(folder.File("plain.temoto")), File.ReadAllBytes(folder.File("again.temoto")));
    }

    /// <summary>Parts are of use only to a job that would write the same ones: every byte of the source counts.</summary>
    [Fact]
    public void AChangeAnywhereInTheSourceStartsAnew()
    {
        var output = folder.File("x.temoto");
        using var interrupt = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Job(output).Run((_, _) => interrupt.Cancel(), null, interrupt.Token));
        var weights = folder.File("float/model.safetensors");
        var bytes = File.ReadAllBytes(weights);
        bytes[^100] ^= 1;
        Directory.CreateDirectory(folder.File("changed"));
        foreach (var file in Directory.GetFiles(folder.File("float")))
            File.Copy(file, Path.Combine(folder.File("changed"), Path.GetFileName(file)));
        File.WriteAllBytes(folder.File("changed/model.safetensors"), bytes);
        using var changed = CheckpointReader.Open(folder.File("changed"));
        var job = new PackJob(changed, output) { Quantization = Settings(Int4), Description = """{"method":"rtn"}""" };
        job.Run(null, null, Cancellation);
        Assert.Equal(0, job.ReusedParts);
    }

    [Fact]
    public void OneJobAtATimeWritesAFile()
    {
        var output = folder.File("x.temoto");
        var refused = false;
        Job(output).Run((_, _) =>
        {
            Assert.Throws<InputException>(() => Job(output).Run(null, null, Cancellation));
            refused = true;
        }, null, Cancellation);
        Assert.True(refused);
        Assert.True(File.Exists(output));
    }

    [Fact]
    public void AJobThatFailsBeforeItsFirstPartLeavesNothing()
    {
        var output = folder.File("x.temoto");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Job(output).Run(null, null, cancelled.Token));
        Assert.False(Directory.Exists(output + ".parts"));
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
                using var rows = new Temoto.Evaluation.LogitRows(model.Engine);
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

    /// <summary>A weight that is no number must not become a text of nothing.</summary>
    [Fact]
    public async Task AScaleThatIsNoNumberIsBadInputWhenTheModelRuns()
    {
        var path = folder.File("nan.temoto");
        new PackJob(source, path) { Quantization = Settings(Int4) }.Run(null, null, Cancellation);
        MakeAScaleNaN(path);
        using var model = LanguageModel.Load(path);
        var error = await Assert.ThrowsAsync<InputException>(async () =>
        {
            await foreach (var _ in model.GenerateAsync("pump", cancellationToken: Cancellation))
            {
            }
        });
        Assert.Contains("not a number", error.Message);
    }

    /// <summary>An input that is zero for every calibration token gives no scale, no ratio and no outliers; the job ends all the same.</summary>
    [Fact]
    public void ASilentInputIsNoObstacle()
    {
        var directory = folder.File("silent");
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 3, directory, DType.F32, null, Cancellation);
        Silence(Path.Combine(directory, "model.safetensors"), "model.layers.0.self_attn.v_proj.weight", "model.layers.0.self_attn.v_proj.bias");
        using var silent = CheckpointReader.Open(directory);
        var path = folder.File("silent.temoto");
        var perTensor = new WeightFormat(DType.I8, PerTensor: true);
        new PackJob(silent, path)
        {
            Quantization = Settings(perTensor) with { Method = QuantizationMethod.SmoothQuant },
            Calibration = [[.. Enumerable.Range(0, 64)]],
        }.Run(null, null, Cancellation);
        using var packed = CheckpointReader.Open(path);
        Assert.True(packed.Tensors["model.layers.0.self_attn.o_proj.weight"].InputGrid!.StaticScale > 0);
    }

    private static unsafe void MakeAScaleNaN(string path)
    {
        long offset;
        using (var file = SafetensorsFile.Open(path))
            offset = file.Tensors["model.layers.0.mlp.up_proj.weight.scales"].Data - file.Tensors.Values.First().Data + 8 + file.Header.Length;
        using var stream = File.OpenWrite(path);
        stream.Position = offset;
        stream.Write([0x00, 0x7E]);
    }

    private static unsafe void Silence(string path, params string[] names)
    {
        var ranges = new List<(long Offset, long Bytes)>();
        using (var file = SafetensorsFile.Open(path))
        {
            var first = file.Tensors.Values.MinBy(tensor => (long)tensor.Data)!;
            foreach (var name in names)
                ranges.Add((file.Tensors[name].Data - first.Data + 8 + file.Header.Length, file.Tensors[name].ByteLength));
        }
        using var stream = File.OpenWrite(path);
        foreach (var (offset, bytes) in ranges)
        {
            stream.Position = offset;
            stream.Write(new byte[bytes]);
        }
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
