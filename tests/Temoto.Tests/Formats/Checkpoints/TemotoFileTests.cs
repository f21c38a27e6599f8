using System.Text;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Tokenizers;
using Temoto.Tensors;
using Temoto.Tests.Formats.Checkpoints.Gguf;
using Temoto.Tests.Kernels.Integers;

namespace Temoto.Tests.Formats.Checkpoints;

public sealed unsafe class TemotoFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void FloatCheckpointsComeBackWhole()
    {
        using (var source = CheckpointReader.Open(Path.Combine(RepositoryPaths.Root, "models", "demo")))
            AssertComesBack(source);
        GgufFixture.Write(folder.File("llama.gguf"), DType.F16, "llama", ropeFrequencies: true);
        using (var source = CheckpointReader.Open(folder.File("llama.gguf")))
        {
            Assert.True(source.Config.RopeInterleaved);
            Assert.NotNull(source.Config.RopeFrequencyFactors);
            AssertComesBack(source);
        }
        using (var source = CheckpointReader.Open(RepositoryPaths.DataPath("stories260k/stories260K.bin")))
            AssertComesBack(source);
    }

    [Fact]
    public void IntegerWeightsComeBackWhole()
    {
        var tensors = new List<Tensor>();
        var made = new List<IntegerWeights>();
        foreach (var dtype in new[] { DType.I8, DType.I4 })
        {
            foreach (var (columns, groupSize, zeroPoints, perTensor) in new[] { (64, 32, false, false), (172, 64, true, false), (130, 130, true, false), (46, 46, false, true) })
            {
                var weights = new IntegerWeights(dtype, 5, columns, groupSize, zeroPoints, perTensor, columns);
                made.Add(weights);
                tensors.Add(Named(weights.Tensor, $"w{made.Count}", made.Count % 3 == 0 ? null : new InputGrid(made.Count % 3 == 1 ? 0.25f * made.Count : null)));
            }
        }
        Write("x.temoto", tensors);

        using var read = CheckpointReader.Open(folder.File("x.temoto"));
        Assert.Equal(tensors.Select(tensor => tensor.Name), read.Tensors.Keys);
        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = read.Tensors[tensors[i].Name];
            Assert.Equal(tensors[i].InputGrid, tensor.InputGrid);
            Assert.Equal(tensors[i].StoredBytes, tensor.StoredBytes);
            AssertSame(tensors[i], tensor);
        }
        foreach (var weights in made)
            weights.Dispose();
    }

    /// <summary>Any safetensors reader lists the file; every tensor starts at a multiple of 64 bytes.</summary>
    [Fact]
    public void IsAnAlignedSafetensorsFile()
    {
        using var weights = new IntegerWeights(DType.I4, 5, 46, 23, true, false, 1);
        Write("x.temoto", [weights.Tensor, weights.Scales.Scales.Renamed("odd")]);
        using var file = SafetensorsFile.Open(folder.File("x.temoto"));
        Assert.Equal(["w", "w.scales", "w.zeros", "odd"], file.Tensors.Keys.Where(name => !name.StartsWith(TemotoFormat.PadPrefix, StringComparison.Ordinal)));
        foreach (var tensor in file.Tensors.Values.Where(tensor => !tensor.Name.StartsWith(TemotoFormat.PadPrefix, StringComparison.Ordinal)))
            Assert.Equal(0, (long)tensor.Data % TemotoFormat.Alignment);
        Assert.Equal([5, 23], file.Tensors["w"].Shape);
    }

    [Fact]
    public void SameContentsGiveTheSameBytes()
    {
        using var weights = new IntegerWeights(DType.I8, 5, 64, 32, true, false, 1);
        Write("a.temoto", [weights.Tensor]);
        Write("b.temoto", [weights.Tensor]);
        Assert.Equal(File.ReadAllBytes(folder.File("a.temoto")), File.ReadAllBytes(folder.File("b.temoto")));
    }

    /// <summary>
    /// A change of the header never goes unnoticed when the file is opened, and one of the data never when it is verified. (Only a change that leaves
    /// every byte as it was, or appends to a text that is cut off again, may pass.)
    /// </summary>
    [Fact]
    public void NoDamageGoesUnnoticed()
    {
        using var weights = new IntegerWeights(DType.I4, 8, 64, 32, true, false, 1);
        Write("x.temoto", [weights.Tensor, Named(weights.Encoded, "p", null, weights.Tensor)]);
        var whole = File.ReadAllBytes(folder.File("x.temoto"));
        Assert.True(TemotoFile.Verify(folder.File("x.temoto"), null, Cancellation) > 3);
        var header = 8 + (int)BitConverter.ToInt64(whole);
        var passedOpen = 0;
        var path = folder.File("damaged.temoto");
        var (read, refused) = Mutations.Run(whole, seed: 4, count: 1500, damaged =>
        {
            File.WriteAllBytes(path, damaged);
            var same = damaged.AsSpan().SequenceEqual(whole);
            using (var checkpoint = TemotoFile.Open(path))
            {
                passedOpen++;
                if (!same)
                    Assert.True(damaged.AsSpan(0, header).SequenceEqual(whole.AsSpan(0, header)), "a changed header was accepted");
                foreach (var tensor in checkpoint.Tensors.Values)
                    ReadAll(tensor);
            }
            TemotoFile.Verify(path, null, Cancellation);
            Assert.True(same, "changed data were verified");
        });
        Assert.True(refused > 1000 && passedOpen > 20, $"{read} read, {refused} refused, {passedOpen} opened");
    }

    /// <summary>Opening checks the header to the last bit, whatever becomes of the data.</summary>
    [Fact]
    public void EveryByteOfTheHeaderIsChecked()
    {
        using var weights = new IntegerWeights(DType.I4, 8, 64, 32, true, false, 1);
        Write("x.temoto", [weights.Tensor]);
        var bytes = File.ReadAllBytes(folder.File("x.temoto"));
        var header = 8 + (int)BitConverter.ToInt64(bytes);
        for (var i = 0; i < header; i++)
        {
            bytes[i] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(folder.File("x.temoto"), bytes);
            Assert.Throws<InputException>(() => CheckpointReader.Open(folder.File("x.temoto")).Dispose());
            bytes[i] ^= (byte)(1 << (i % 8));
        }
    }

    [Fact]
    public void AnotherVersionIsRefusedByName()
    {
        using var weights = new IntegerWeights(DType.I8, 5, 64, 32, true, false, 1);
        Write("x.temoto", [weights.Tensor]);
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(folder.File("x.temoto"))).Replace("\"temoto.version\":\"1\"", "\"temoto.version\":\"2\"");
        File.WriteAllBytes(folder.File("x.temoto"), Encoding.Latin1.GetBytes(text));
        var error = Assert.Throws<InputException>(() => CheckpointReader.Open(folder.File("x.temoto")));
        Assert.Contains("temoto.version", error.Message);
        Assert.Contains("'2'", error.Message);
    }

    [Fact]
    public void AnInterruptedWriteLeavesNothing()
    {
        using var weights = new IntegerWeights(DType.I8, 5, 64, 32, true, false, 1);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => TemotoWriter.Write(folder.File("x.temoto"), new TemotoContents(ModelShapes.Get("tiny-qwen2"), [weights.Tensor]), null, null, cancelled.Token));
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    private static Tensor Named(Tensor tensor, string name, InputGrid? grid, Tensor? packInstead = null)
    {
        if (packInstead is null)
            return new Tensor(name, tensor.DType, tensor.Shape, tensor.Data, tensor.ByteLength, tensor) { Scales = tensor.Scales, InputGrid = grid };
        var (stream, _) = Temoto.Packing.PackingEncoder.Encode(packInstead, new Temoto.Packing.PackingSettings { Mode = Temoto.Packing.PackingMode.Entropy });
        var matrix = Temoto.Packing.PackedMatrix.Open("test", name, stream.Data, stream.ByteLength, stream);
        return new Tensor(name, tensor.DType, tensor.Shape, matrix) { Scales = tensor.Scales, InputGrid = grid };
    }

    private void Write(string name, IReadOnlyList<Tensor> tensors) =>
        TemotoWriter.Write(folder.File(name), new TemotoContents(ModelShapes.Get("tiny-qwen2"), tensors), """{"method":"rtn"}""", null, Cancellation);

    private void AssertComesBack(Checkpoint source)
    {
        var path = folder.File("back.temoto");
        TemotoWriter.Write(path, new TemotoContents(source.Config, [.. source.Tensors.Values], source.Tokenizer, source.ChatTemplate, source.Generation), null, null, Cancellation);
        using var read = CheckpointReader.Open(path);
        Assert.Equal("temoto", read.Format);
        Assert.Equivalent(source.Config, read.Config, strict: true);
        Assert.Equivalent(source.Generation, read.Generation, strict: true);
        Assert.Equal(source.ChatTemplate, read.ChatTemplate);
        Assert.Equal(source.Tensors.Keys, read.Tensors.Keys);
        foreach (var tensor in source.Tensors.Values)
            AssertSame(tensor, read.Tensors[tensor.Name]);
        AssertSameTokenizer(source.Tokenizer!, read.Tokenizer!);
    }

    private static void AssertSameTokenizer(TokenizerModel expected, TokenizerModel actual)
    {
        Assert.Equal(expected.Tokens.AsEnumerable(), actual.Tokens.AsEnumerable());
        Assert.Equal(expected.Scores, actual.Scores);
        Assert.Equal(expected.Merges, actual.Merges);
        Assert.Equal(expected.AddedTokens, actual.AddedTokens);
        Assert.Equal(expected.Prefix, actual.Prefix);
        Assert.Equal(expected.Suffix, actual.Suffix);
        Assert.Equal(expected.EosTokenIds, actual.EosTokenIds);
        // What is left are plain values, which records compare.
        TokenizerModel Plain(TokenizerModel model) => model with { Tokens = [], Scores = null, Merges = null, AddedTokens = [], Prefix = [], Suffix = [], EosTokenIds = [] };
        Assert.Equal($"{Plain(expected)}", $"{Plain(actual)}");
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.DType, actual.DType);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.True(expected.Bytes.SequenceEqual(actual.Bytes));
        Assert.Equal(expected.Scales?.GroupSize, actual.Scales?.GroupSize);
        if (expected.Scales is { } scales)
        {
            Assert.True(scales.Scales.Bytes.SequenceEqual(actual.Scales!.Scales.Bytes));
            Assert.Equal(scales.Zeros?.Bytes.ToArray(), actual.Scales.Zeros?.Bytes.ToArray());
        }
    }

    private static void ReadAll(Tensor tensor)
    {
        using var row = new NativeBuffer(tensor.Columns * sizeof(float));
        for (var r = 0; r < tensor.Rows; r++)
            Temoto.Kernels.BlockDecoder.DecodeRow(tensor, r, row.Floats);
    }
}
