using System.Runtime.InteropServices;
using Temoto.Formats.Checkpoints;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Checkpoints.Awq;

/// <summary>Checkpoints as AutoAWQ writes them: those of tests/oracle/autoawq.py (numpy, its own packing), and damaged ones.</summary>
public sealed unsafe class AutoAwqCheckpointTests : IDisposable
{
    private const string Module = "model.layers.0.mlp.up_proj";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Odd and even numbers of groups, one tile and more than one piece of tiles, more groups than a word of zero points holds.</summary>
    [Theory]
    [InlineData("gemm", 32, "a:8:32", "b:136:96", "c:16:320")]
    [InlineData("GEMM", 64, "a:8:64", "b:24:192", "c:160:128")]
    [InlineData("gemm", 128, "a:8:128", "b:24:384", "c:16:1152")]
    [InlineData("gemm", 48, "a:16:144")]
    [InlineData("gemm", 6, "a:16:18")]
    [InlineData("gemv", 32, "a:8:32", "b:17:96", "c:16:1056")]
    [InlineData("Gemv", 64, "a:8:64", "b:17:192", "c:16:1088")]
    [InlineData("gemv", 128, "a:8:128", "b:17:384", "c:16:1152")]
    [InlineData("gemv", 256, "a:8:256", "b:3:768")]
    public void ReadsWhatNumpyPacks(string version, int groupSize, params string[] layers)
    {
        Oracle.Python("autoawq.py", "", ["make", folder.Path, version, $"{groupSize}", "3", folder.File("expected"), .. layers]);
        using var checkpoint = CheckpointReader.Open(folder.Path);
        Assert.Equal(
            ("autoawq", $$"""{"method":"awq","weights":"int4, groups of {{groupSize}}, zero points","version":"{{version.ToLowerInvariant()}}"}"""),
            (checkpoint.Format, checkpoint.Quantization));
        Assert.Equal(layers.Length, checkpoint.Tensors.Count);
        var actual = new List<float>();
        foreach (var layer in layers.Select(layer => layer.Split(':')))
        {
            var tensor = checkpoint.Require($"{layer[0]}.weight", long.Parse(layer[1]), long.Parse(layer[2]));
            Assert.Equal((DType.I4, groupSize), (tensor.DType, tensor.Scales!.GroupSize));
            Assert.Equal([tensor.Rows, tensor.Columns / groupSize], tensor.Scales.Scales.Shape);
            Assert.Equal([tensor.Rows, (tensor.Columns / groupSize + 1) / 2], tensor.Scales.Zeros!.Shape);
            // Zero points of an odd number of groups end with an empty nibble, whatever the file's padding holds.
            for (long row = 0; row < tensor.Rows && tensor.Columns / groupSize % 2 != 0; row++)
                Assert.Equal(0, tensor.Scales.Zeros.Row(row)[tensor.Scales.Zeros.Columns - 1] >> 4);
            actual.AddRange(QuantizedFixture.Decode(tensor));
        }
        Assert.Equal(File.ReadAllBytes(folder.File("expected")), QuantizedFixture.Bits([.. actual]));
    }

    /// <summary>Scales of a checkpoint whose float tensors were all converted: each is found where the float16 one is, as the number that it is.</summary>
    [Theory]
    [InlineData("gemm", "BF16")]
    [InlineData("gemv", "BF16")]
    [InlineData("gemm", "F32")]
    [InlineData("gemv", "F32")]
    public void ScalesMayBeOfOtherFloats(string version, string type)
    {
        var dtype = Enum.Parse<DType>(type);
        WriteNumbered(version, DType.F16);
        int[] places;
        using (var checkpoint = CheckpointReader.Open(folder.Path))
            places = Scales<ushort>(checkpoint, DType.F16, 16, half => half);
        Assert.Equal(places.Length, places.Distinct().Count());
        WriteNumbered(version, dtype);
        using var other = CheckpointReader.Open(folder.Path);
        Assert.Equal(places, Scales<uint>(other, DType.F32, 16, single => (int)(single >> 16)));
    }

    private static int[] Scales<T>(Checkpoint checkpoint, DType dtype, int count, Func<T, int> toPlace)
        where T : unmanaged
    {
        var scales = checkpoint.Tensors[Module + ".weight"].Scales!.Scales;
        Assert.Equal((dtype, count), (scales.DType, (int)scales.ElementCount));
        return [.. MemoryMarshal.Cast<byte, T>(scales.Bytes).ToArray().Select(toPlace)];
    }

    /// <summary>Scale i of the file has i + 1 in its upper two bytes.</summary>
    private void WriteNumbered(string version, DType dtype)
    {
        Write(version, true, Valid(version));
        var entries = Valid(version).Select(entry => entry.Name.EndsWith("scales", StringComparison.Ordinal) ? entry with { DType = dtype } : entry).ToArray();
        using var writer = new SafetensorsWriter(folder.File("model.safetensors"), entries);
        foreach (var entry in entries)
        {
            var bytes = new byte[entry.ByteLength];
            var width = dtype == DType.F32 ? 4 : 2;
            for (var i = 0; entry.DType == dtype && i < bytes.Length / width; i++)
                BitConverter.TryWriteBytes(bytes.AsSpan(i * width + width - 2), (ushort)(i + 1));
            writer.Write(bytes);
        }
        writer.Commit();
    }

    [Fact]
    public void OneGroupPerRowIsWrittenAsMinusOne()
    {
        Oracle.Python("autoawq.py", "", "make", folder.Path, "gemm", "96", "3", folder.File("expected"), "a:8:96");
        folder.Write("config.json", File.ReadAllText(folder.File("config.json")).Replace("\"group_size\": 96", "\"group_size\": -1", StringComparison.Ordinal));
        using var checkpoint = CheckpointReader.Open(folder.Path);
        Assert.Equal(96, checkpoint.Tensors["a.weight"].Scales!.GroupSize);
        Assert.Equal(File.ReadAllBytes(folder.File("expected")), QuantizedFixture.Bits(QuantizedFixture.Decode(checkpoint.Tensors["a.weight"])));
    }

    [Fact]
    public void WithoutZeroPointsNibblesStandForMinusEightToSeven()
    {
        Write("gemm", zeroPoint: false, Entry("qweight", DType.I32, 64, 1), Entry("scales", DType.F16, 2, 8));
        using (var checkpoint = CheckpointReader.Open(folder.Path))
        {
            var tensor = checkpoint.Tensors[Module + ".weight"];
            Assert.Null(tensor.Scales!.Zeros);
            Assert.Equal(8, tensor.Scales.Zero(0, 0));
        }

        // Stored zero points count, whatever the flag says: that is how every kernel of AutoAWQ reads them.
        Write("gemm", zeroPoint: false, Valid("gemm"));
        using (var checkpoint = CheckpointReader.Open(folder.Path))
            Assert.Equal(1, checkpoint.Tensors[Module + ".weight"].Scales!.Zero(0, 1));
    }

    [Fact]
    public void OtherTensorsStayAsTheyAreAndNamedModulesPlain()
    {
        Write("gemm", true, [.. Valid("gemm"), new TensorEntry("model.norm.weight", DType.BF16, [4]), new TensorEntry("model.layers.0.mlp.up_proj.bias", DType.F16, [8]), new TensorEntry("other.down_proj.weight", DType.F16, [2, 2])], "\"down_proj\"");
        using var checkpoint = CheckpointReader.Open(folder.Path);
        Assert.Equal(
            ["model.layers.0.mlp.up_proj.bias:F16", "model.layers.0.mlp.up_proj.weight:I4", "model.norm.weight:BF16", "other.down_proj.weight:F16"],
            checkpoint.Tensors.Values.Select(tensor => $"{tensor.Name}:{tensor.DType}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("qweight:I32:64:1 qzeros:I32:2:1", "scales: found no such tensor")]
    [InlineData("qweight:I32:64:1 scales:F16:2:8", "qzeros: found no such tensor")]
    [InlineData("qzeros:I32:2:1 scales:F16:2:8", "qweight: found no such tensor")]
    [InlineData("scales:F16:2:8", "qweight: found no such tensor")]
    [InlineData("weight:F16:8:64", "quantization_config: found no quantized tensor")]
    [InlineData("qweight:I32:64:1 qzeros:I32:2:1 scales:F16:2:8 weight:F16:8:64", "weight: found a plain weight beside")]
    [InlineData("qweight:F32:64:1 qzeros:I32:2:1 scales:F16:2:8", "qweight: found F32 [64, 1]; expected an I32 matrix")]
    [InlineData("qweight:I32:64 qzeros:I32:2:1 scales:F16:2:8", "qweight: found I32 [64]; expected an I32 matrix")]
    [InlineData("qweight:I32:64:1 qzeros:U8:2:1 scales:F16:2:8", "qzeros: found U8 [2, 1]; expected an I32 matrix")]
    [InlineData("qweight:I32:64:1 qzeros:I32:2:1 scales:I32:2:8", "scales: found I32 [2, 8]; expected an F16 matrix")]
    [InlineData("qweight:I32:63:1 qzeros:I32:2:1 scales:F16:2:8", "qweight: found I32 [63, 1]; expected an even number")]
    [InlineData("qweight:I32:62:1 qzeros:I32:2:1 scales:F16:2:8", "qweight: found I32 [62, 1]; expected rows for inputs that are a multiple of quantization_config.group_size 32")]
    [InlineData("qweight:I32:0:1 qzeros:I32:0:1 scales:F16:0:8", "qweight: found I32 [0, 1]")]
    [InlineData("qweight:I32:64:0 qzeros:I32:2:0 scales:F16:2:0", "qweight: found I32 [64, 0]")]
    [InlineData("qweight:I32:64:1 qzeros:I32:1:1 scales:F16:2:8", "qzeros: found I32 [1, 1]; expected [2, 1] for a layer of 64 inputs and 8 outputs in groups of 32")]
    [InlineData("qweight:I32:64:1 qzeros:I32:2:1 scales:F16:8:2", "scales: found F16 [8, 2]; expected [2, 8]")]
    public void RefusesWrongGemmTensors(string tensors, string message) => Refuses("gemm", tensors, message);

    [Theory]
    [InlineData("qweight:I32:3:8 qzeros:I32:3:1 scales:F16:3:32", "qzeros: found I32 [3, 1]; expected [3, 4]")]
    [InlineData("qweight:I32:3:8 qzeros:I32:3:4 scales:F16:3:2", "scales: found F16 [3, 2]; expected [3, 32]")]
    [InlineData("qweight:I32:3:7 qzeros:I32:3:4 scales:F16:3:32", "qweight: found I32 [3, 7]; expected columns for inputs that are a multiple")]
    public void RefusesWrongGemvTensors(string tensors, string message) => Refuses("gemv", tensors, message);

    [Fact]
    public void RefusesGroupsThatGemvDoesNotHaveAndQuantizedModulesThatShouldBePlain()
    {
        Write("gemv", true, [Entry("qweight", DType.I32, 3, 6), Entry("qzeros", DType.I32, 3, 1), Entry("scales", DType.F16, 3, 8)]);
        folder.Write("config.json", File.ReadAllText(folder.File("config.json")).Replace("\"group_size\":32", "\"group_size\":48", StringComparison.Ordinal));
        Assert.Contains("quantization_config.group_size: found 48; expected 32, 64 or at least 128 with version gemv", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Path)).Message, StringComparison.Ordinal);

        Write("gemm", true, Valid("gemm"), "\"up_proj\"");
        Assert.Contains("up_proj.qweight: found a quantized weight; expected a plain one", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    internal static TensorEntry Entry(string member, DType dtype, params long[] shape) => new($"{Module}.{member}", dtype, shape);

    /// <summary>The entries of one layer of 64 inputs in groups of 32 and 8 outputs.</summary>
    internal static TensorEntry[] Valid(string version) => version == "gemm"
        ? [Entry("qweight", DType.I32, 64, 1), Entry("qzeros", DType.I32, 2, 1), Entry("scales", DType.F16, 2, 8)]
        : [Entry("qweight", DType.I32, 8, 8), Entry("qzeros", DType.I32, 8, 4), Entry("scales", DType.F16, 8, 32)];

    /// <summary>Every byte of the tensors is 0x11.</summary>
    internal static void Write(TemporaryFolder folder, string version, bool zeroPoint, TensorEntry[] entries, string notConverted = "")
    {
        using (var writer = new SafetensorsWriter(folder.File("model.safetensors"), entries))
        {
            foreach (var entry in entries)
                writer.Write([.. Enumerable.Repeat((byte)0x11, (int)entry.ByteLength)]);
            writer.Commit();
        }
        folder.Write("config.json", CheckpointReaderTests.Config.TrimEnd().TrimEnd('}')
            + $",\"quantization_config\":{{\"quant_method\":\"awq\",\"bits\":4,\"group_size\":32,\"zero_point\":{(zeroPoint ? "true" : "false")},\"version\":\"{version}\",\"modules_to_not_convert\":[{notConverted}]}}}}");
    }

    private void Write(string version, bool zeroPoint, params TensorEntry[] entries) => Write(folder, version, zeroPoint, entries);

    private void Write(string version, bool zeroPoint, TensorEntry[] entries, string notConverted) => Write(folder, version, zeroPoint, entries, notConverted);

    private void Refuses(string version, string tensors, string message)
    {
        Write(version, true, [.. tensors.Split(' ').Select(text => text.Split(':')).Select(fields => Entry(fields[0], Enum.Parse<DType>(fields[1]), [.. fields[2..].Select(long.Parse)]))]);
        Assert.Contains(message, Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Path)).Message, StringComparison.Ordinal);
    }
}
