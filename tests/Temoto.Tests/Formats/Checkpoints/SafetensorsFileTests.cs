using System.Buffers.Binary;
using System.Text;
using Temoto.Formats.Checkpoints;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ReadsTensorsWhereTheyLie()
    {
        // The second tensor starts at an odd offset: allowed.
        var path = Write("""{"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[3,11]}}   """, [1, 2, 3, .. Floats(1.5f, -2f)]);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(["a", "b"], file.Tensors.Keys.Order());
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal([1, 2], file.Tensors["a"].Shape);
        Assert.Equal(DType.F32, file.Tensors["a"].DType);
        Assert.Equal(Floats(1.5f, -2f), file.Tensors["a"].Bytes.ToArray());
        Assert.Equal([1, 2, 3], file.Tensors["b"].Bytes.ToArray());
    }

    [Theory]
    [InlineData("F64", 8)]
    [InlineData("F32", 4)]
    [InlineData("F16", 2)]
    [InlineData("BF16", 2)]
    [InlineData("F8_E4M3", 1)]
    [InlineData("F8_E5M2", 1)]
    [InlineData("I64", 8)]
    [InlineData("I32", 4)]
    [InlineData("I16", 2)]
    [InlineData("I8", 1)]
    [InlineData("U8", 1)]
    [InlineData("BOOL", 1)]
    public void KnowsEveryElementType(string name, int bytes)
    {
        using var file = SafetensorsFile.Open(Write("{\"t\":{\"dtype\":\"" + name + "\",\"shape\":[3],\"data_offsets\":[0," + 3 * bytes + "]}}", new byte[3 * bytes]));
        Assert.Equal(name, SafetensorsFormat.NameOf(file.Tensors["t"].DType));
    }

    [Theory]
    [InlineData("U16", 2)]
    [InlineData("U32", 4)]
    [InlineData("U64", 8)]
    [InlineData("F8_E8M0", 1)]
    [InlineData("F4", 1)]
    public void OtherElementTypesAreCountedAndPassedOver(string name, int bytes)
    {
        using var file = SafetensorsFile.Open(Write("{\"__metadata__\":null,\"x\":{\"dtype\":\"" + name + "\",\"shape\":[1],\"data_offsets\":[0," + bytes + "]},\"t\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[" + bytes + "," + (bytes + 1) + "]}}", [.. new byte[bytes], 9]));
        Assert.Equal(9, Assert.Single(file.Tensors.Values).Bytes[0]);
        Assert.Contains($"x.dtype: found '{name}'; expected F64, ", Assert.Single(file.Unread).Value.Error().Message, StringComparison.Ordinal);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void AllowsScalarsEmptyTensorsAndNoTensors()
    {
        using var file = SafetensorsFile.Open(Write("""{"s":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"e":{"dtype":"F32","shape":[0,7],"data_offsets":[1,1]}}""", [9]));
        Assert.Equal(1, file.Tensors["s"].ElementCount);
        Assert.Equal(0, file.Tensors["e"].ElementCount);
        using var none = SafetensorsFile.Open(Write("{}", []));
        Assert.Empty(none.Tensors);
    }

    [Theory]
    [InlineData("dtype unknown, gap", """{"t":{"dtype":"F4","shape":[1],"data_offsets":[1,1]}}""", "t.data_offsets")]
    [InlineData("dtype unknown, outside the file", """{"t":{"dtype":"F4","shape":[1],"data_offsets":[0,2]}}""", "t.data_offsets")]
    [InlineData("dtype unknown, twice", """{"t":{"dtype":"F4","shape":[1],"data_offsets":[0,1]},"t":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}""", "the name twice")]
    [InlineData("dtype no string", """{"t":{"dtype":7,"shape":[1],"data_offsets":[0,1]}}""", "t.dtype")]
    [InlineData("unknown key", """{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}""", "t.x")]
    [InlineData("key twice", """{"t":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "t.dtype")]
    [InlineData("key missing", """{"t":{"dtype":"U8","shape":[1]}}""", "t: found an incomplete entry")]
    [InlineData("one offset", """{"t":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", "t: found an incomplete entry")]
    [InlineData("three offsets", """{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}""", "t.data_offsets")]
    [InlineData("tensor twice", """{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "the name twice")]
    [InlineData("tensor twice by escape", """{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0074":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "the name twice")]
    [InlineData("tensor no object", """{"t":[1]}""", "t: found")]
    [InlineData("metadata no object", """{"__metadata__":3,"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "__metadata__")]
    [InlineData("metadata value no string", """{"__metadata__":{"a":1},"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "__metadata__.a")]
    [InlineData("metadata key twice", """{"__metadata__":{"a":"","a":""},"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "__metadata__.a")]
    [InlineData("metadata twice", """{"__metadata__":{},"__metadata__":{},"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "__metadata__")]
    [InlineData("size against shape", """{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,1]}}""", "4 bytes for F32 [1]")]
    [InlineData("negative dimension", """{"t":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", "t.shape")]
    [InlineData("fractional dimension", """{"t":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", "t.shape")]
    [InlineData("dimension 2^60", """{"t":{"dtype":"U8","shape":[1152921504606846976],"data_offsets":[0,1]}}""", "1152921504606846976 bytes")]
    [InlineData("product overflows", """{"t":{"dtype":"U8","shape":[1152921504606846976,1152921504606846976],"data_offsets":[0,1]}}""", "t.shape")]
    [InlineData("product overflows to the right size", """{"t":{"dtype":"U8","shape":[4294967297,4294967296,4294967296],"data_offsets":[0,1]}}""", "t.shape")]
    [InlineData("bytes overflow", """{"t":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,1]}}""", "t.shape")]
    [InlineData("dimension 2^64", """{"t":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,1]}}""", "t.shape")]
    [InlineData("nine dimensions", """{"t":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", "t.shape")]
    [InlineData("shape no array", """{"t":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}""", "t.shape")]
    [InlineData("shape nested", """{"t":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}}""", "t.shape")]
    [InlineData("begin after end", """{"t":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", "t.data_offsets")]
    [InlineData("outside the file", """{"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", "t.data_offsets")]
    [InlineData("overlap", """{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"u":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}""", "without overlap")]
    [InlineData("gap in front", """{"t":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}""", "without gap")]
    [InlineData("bytes behind", """{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", "1 bytes behind")]
    [InlineData("no JSON", """{"t":""", "header")]
    [InlineData("something behind the JSON", """{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}{}""", "header")]
    [InlineData("half a surrogate pair", """{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "header")]
    [InlineData("an array", """[{"t":1}]""", "header")]
    [InlineData("blank first", """ {"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "header")]
    public void RefusesWhatTheFormatForbids(string what, string header, string expectedInMessage)
    {
        var path = Write(header, [7]);
        var error = Assert.Throws<InputException>(() => SafetensorsFile.Open(path).Dispose());
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Contains(expectedInMessage, StringComparison.Ordinal), $"{what}: {error.Message}");
    }

    [Fact]
    public void RefusesHeaderLengthsThatCannotBe()
    {
        foreach (var length in new ulong[] { 0, 1, 3, 10_000_000_000, 1UL << 60, 1UL << 63, ulong.MaxValue })
        {
            var bytes = new byte[10];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
            "{}"u8.CopyTo(bytes.AsSpan(8));
            var path = folder.Write("length.safetensors", bytes);
            Assert.Contains("header length", Assert.Throws<InputException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void RefusesHeadersThatAreNotUtf8()
    {
        var path = Write([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}'], []);
        Assert.Contains("UTF-8", Assert.Throws<InputException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusesDeepNesting()
    {
        var path = Write("{\"t\":" + new string('[', 100_000) + new string(']', 100_000) + "}", []);
        Assert.Throws<InputException>(() => SafetensorsFile.Open(path));
    }

    [Fact]
    public void RefusesEmptyMissingAndDirectory()
    {
        Assert.Contains("an empty file", Assert.Throws<InputException>(() => SafetensorsFile.Open(folder.Write("empty", []))).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<InputException>(() => SafetensorsFile.Open(folder.File("nowhere"))).Message, StringComparison.Ordinal);
        Assert.Contains("a directory", Assert.Throws<InputException>(() => SafetensorsFile.Open(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("9 bytes", Assert.Throws<InputException>(() => SafetensorsFile.Open(folder.Write("short", new byte[9]))).Message, StringComparison.Ordinal);
    }

    private string Write(string header, byte[] data) => Write(Encoding.UTF8.GetBytes(header), data);

    private string Write(byte[] header, byte[] data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return folder.Write("test.safetensors", [.. length, .. header, .. data]);
    }

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
