using System.Text;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Tensors;
using Temoto.Tests.Kernels.Codebooks;

namespace Temoto.Tests.Formats.Checkpoints.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    public void ReadsEveryMetadataType(uint version)
    {
        var path = Write(version, [], body =>
        {
            body.Key("u8", 0).Bytes(200);
            body.Key("i8", 1).Bytes(200);
            body.Key("u16", 2).Bytes(0xFF, 0xFF);
            body.Key("i16", 3).Bytes(0xFF, 0xFF);
            body.Key("u32", 4).U32(70000);
            body.Key("i32", 5).U32(uint.MaxValue);
            body.Key("f32", 6).U32(BitConverter.SingleToUInt32Bits(1.5f));
            body.Key("bool", 7).Bytes(1);
            body.Key("string", 8).Text("手元");
            body.Key("array", 9).U32(8).U64(2).Text("a").Text("b");
            body.Key("u64", 10).U64(5);
            body.Key("i64", 11).U64(ulong.MaxValue);
            body.Key("f64", 12).U64(BitConverter.DoubleToUInt64Bits(2.5));
            body.Key("ints", 9).U32(5).U64(2).U32(1).U32(uint.MaxValue);
            body.Key("floats", 9).U32(6).U64(1).U32(BitConverter.SingleToUInt32Bits(-1f));
            body.Key("bools", 9).U32(7).U64(3).Bytes(0, 1, 1);
            body.Key("nested", 9).U32(9).U64(2).U32(8).U64(1).Text("x").U32(4).U64(0);
        });
        using var file = GgufFile.Open(path);
        Assert.Equal((200, -56, 65535, -1, 70000, -1, 5, -1), (Int("u8"), Int("i8"), Int("u16"), Int("i16"), Int("u32"), Int("i32"), Int("u64"), Int("i64")));
        Assert.Equal((1.5, 2.5), (file.Number("f32", 0, 9)!.Value, file.Number("f64", 0, 9)!.Value));
        Assert.True(file.Bool("bool"));
        Assert.Equal("手元", file.String("string"));
        var strings = file.Strings("array");
        Assert.Equal((2L, 2L), (strings.Count, strings.TextBytes));
        Assert.Equal(["a", "b"], new[] { strings.Next().ToString(), strings.Next().ToString() });
        Assert.Equal([1, -1], file.Ints("ints"));
        Assert.Equal([-1f], file.Floats("floats"));
        Assert.Equal(2, file.ArrayLength("nested"));
        Assert.Equal((version, 32, 17), (file.Version, file.Alignment, file.Keys.Count));
        Assert.Null(file.String("missing"));
        Assert.Null(file.Int("missing", 0, 1));
        Assert.Equal(0, file.Strings("missing").Count);
        foreach (var wrong in new Action[]
        {
            () => file.String("u8"), () => file.Bool("u8"), () => file.Int("f32", 0, 9), () => file.Number("u8", 0, 9), () => file.Strings("ints"), () => file.Ints("array"),
            () => file.Floats("ints"), () => file.ArrayLength("u8"), () => file.Int("u8", 0, 100), () => file.Number("f32", 2, 3), () => file.Strings("u8"),
        })
            Assert.Throws<InputException>(wrong);

        int Int(string key) => file.Int(key, int.MinValue, int.MaxValue)!.Value;
    }

    [Fact]
    public void PlacesTensorsByAlignmentAndTurnsShapesRound()
    {
        var path = Write(3, [1, .. new byte[63], .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)], body =>
        {
            body.Key("general.alignment", 4).U32(64);
            body.Tensor("b", [1], 24, 0).Tensor("a", [2, 1], 0, 64);
        }, tensors: 2);
        using var file = GgufFile.Open(path);
        Assert.Equal([1, 2], file.Tensors["a"].Shape);
        Assert.Equal([1], file.Tensors["b"].Bytes.ToArray());
        Assert.Equal(2f, BitConverter.ToSingle(file.Tensors["a"].Bytes[4..]));
    }

    [Fact]
    public void OtherTensorTypesAreNamedAndPassedOver()
    {
        using var file = GgufFile.Open(Write(3, new byte[40], body => body.Tensor("old", [256], 31, 0).Tensor("new", [1], 99, 0).Tensor("t", [4], 24, 32), 3));
        Assert.Equal(["t"], file.Tensors.Keys);
        Assert.Contains("old: found Q4_0_4_4; expected F32, ", file.Unread["old"].Error().Message, StringComparison.Ordinal);
        Assert.Contains("new: found type 99; expected F32, ", file.Unread["new"].Error().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PartsOfBlocksAreRefused()
    {
        foreach (var dtype in CodebookBlocksTests.Types)
        {
            var (elements, bytes, id) = ((ulong)dtype.BlockElements(), dtype.BlockBytes(), (uint)GgufFormat.TensorTypeId(dtype));
            using (var file = GgufFile.Open(Write(3, new byte[bytes], body => body.Tensor("t", [elements], id, 0), 1)))
                Assert.Equal(dtype, file.Tensors["t"].DType);
            var part = Assert.Throws<InputException>(() => GgufFile.Open(Write(3, new byte[bytes], body => body.Tensor("t", [elements - 1], id, 0), 1)));
            Assert.Contains($"expected rows of whole blocks of {elements}", part.Message, StringComparison.Ordinal);
            var cut = Assert.Throws<InputException>(() => GgufFile.Open(Write(3, new byte[bytes - 1], body => body.Tensor("t", [elements], id, 0), 1)));
            Assert.Contains("t: found", cut.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void RefusesHostileHeaders()
    {
        const ulong huge = 1UL << 60;
        (string What, string Expected, Action<Body> Metadata, int Tensors)[] cases =
        [
            ("a string of 2^60 bytes", "k: found a length", body => body.Key("k", 8).U64(huge), 0),
            ("a key of 2^60 bytes", "a metadata key", body => body.Entry().U64(huge), 0),
            ("a key of 70000 bytes", "a metadata key", body => body.Text(new string('k', 70000)).U32(0).Bytes(0).Entry(), 0),
            ("an array of 2^60 numbers", "k: found a length", body => body.Key("k", 9).U32(10).U64(huge), 0),
            ("an array of 2^60 strings", "k: found a length", body => body.Key("k", 9).U32(8).U64(huge), 0),
            ("an array longer than the file", "k: found the end", body => body.Key("k", 9).U32(10).U64(8).U64(0), 0),
            ("value type 99", "k: found the value type 99", body => body.Key("k", 99), 0),
            ("element type 99", "k: found the value type 99", body => body.Key("k", 9).U32(99).U64(0), 0),
            ("a key twice", "k: found the key twice", body => body.Key("k", 0).Bytes(1).Key("k", 0).Bytes(1), 0),
            ("a key that is not UTF-8", "UTF-8", body => body.U64(1).Bytes(0xFF).U32(0).Bytes(0).Entry(), 0),
            ("alignment 0", "general.alignment", body => body.Key("general.alignment", 4).U32(0), 0),
            ("alignment 2^31", "general.alignment", body => body.Key("general.alignment", 4).U32(1u << 31), 0),
            ("alignment 3", "general.alignment", body => body.Key("general.alignment", 4).U32(3), 0),
            ("alignment as text", "general.alignment", body => body.Key("general.alignment", 8).Text("32"), 0),
            ("more metadata than there is", "a metadata key", body => body.Entry().Entry(), 0),
            ("more tensors than there are", "found 0 dimensions", _ => { }, 5),
            ("a tensor of 2^60 elements", "t: found 4611686018427387904 bytes", body => body.Tensor("t", [huge], 0, 0), 1),
            ("a tensor whose size overflows", "t: found F32", body => body.Tensor("t", [huge, huge], 0, 0), 1),
            ("a tensor whose size overflows to 4", "t: found F32", body => body.Tensor("t", [4294967297, 4294967296, 4294967296], 0, 0), 1),
            ("a dimension of 0", "t: found a dimension", body => body.Tensor("t", [0], 0, 0), 1),
            ("a dimension of 2^63", "t: found a dimension", body => body.Tensor("t", [1UL << 63], 0, 0), 1),
            ("no dimensions", "t: found 0 dimensions", body => body.Tensor("t", [], 0, 0), 1),
            ("five dimensions", "t: found 5 dimensions", body => body.Tensor("t", [1, 1, 1, 1, 1], 0, 0), 1),
            ("2^32 - 1 dimensions", "t: found 4294967295 dimensions", body => body.Text("t").U32(uint.MaxValue), 1),
            ("tensor type 99 behind the file", "t: found the offset 32", body => body.Tensor("t", [1], 99, 32), 1),
            ("tensor type 99 in another tensor", "t: found the offset 0", body => body.Tensor("u", [4], 24, 0).Tensor("t", [1], 99, 0), 2),
            ("tensor type 99 twice", "t: found the tensor twice", body => body.Tensor("t", [1], 99, 0).Tensor("t", [1], 99, 0), 2),
            ("part of a block", "t: found Q4_K [255]", body => body.Tensor("t", [255], 12, 0), 1),
            ("an unaligned offset", "t: found the offset 1", body => body.Tensor("t", [1], 24, 1), 1),
            ("an offset behind the file", "t: found 1 bytes at offset 32", body => body.Tensor("t", [1], 24, 32), 1),
            ("an offset of 2^63", "t: found the offset", body => body.Tensor("t", [1], 24, 1UL << 63), 1),
            ("an offset near 2^63", "t: found 1 bytes", body => body.Tensor("t", [1], 24, (1UL << 63) - 32), 1),
            ("overlap", "without overlap", body => body.Tensor("t", [4], 24, 0).Tensor("u", [4], 24, 0), 2),
            ("a tensor twice", "t: found the tensor twice", body => body.Tensor("t", [4], 24, 0).Tensor("t", [4], 24, 32), 2),
            ("a name of 300 bytes", "a tensor name", body => body.Tensor(new string('t', 300), [1], 24, 0), 1),
        ];
        foreach (var (what, expected, metadata, tensors) in cases)
        {
            // 36 bytes of data where the tensors are otherwise right.
            var path = Write(3, new byte[what is "a tensor twice" ? 36 : 8], metadata, tensors);
            var error = Assert.Throws<InputException>(() => GgufFile.Open(path).Dispose());
            Assert.True(error.Message.StartsWith(path, StringComparison.Ordinal) && error.Message.Contains(expected, StringComparison.Ordinal), $"{what}: {error.Message}");
        }
    }

    [Fact]
    public void RefusesArraysNestedAMillionDeep()
    {
        var path = Write(3, [], body =>
        {
            body.Key("k", 9);
            for (var i = 0; i < 1_000_000; i++)
                body.U32(9).U64(1);
        });
        Assert.Contains("nested deeper", Assert.Throws<InputException>(() => GgufFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusesHugeCountsAndOtherVersions()
    {
        foreach (var (header, expected) in new[]
        {
            (new Body().Bytes([.. "GGUF"u8]).U32(3).U64(1UL << 60).U64(0), "tensor count"),
            (new Body().Bytes([.. "GGUF"u8]).U32(3).U64(0).U64(1UL << 60), "metadata count"),
            (new Body().Bytes([.. "GGUF"u8]).U32(1).U64(0).U64(0), "version: found 1"),
            (new Body().Bytes([.. "GGUF"u8]).U32(0x03000000).U64(0).U64(0), "big-endian"),
            (new Body().Bytes([.. "GGML"u8]).U32(3).U64(0).U64(0), "the magic"),
            (new Body().Bytes([.. "GGUF"u8]).U32(3), "tensor count"),
            (new Body().Bytes([.. "GG"u8]), "magic"),
        })
        {
            var path = folder.Write("h.gguf", header.ToArray());
            Assert.Contains(expected, Assert.Throws<InputException>(() => CheckpointReader.Open(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void StringsAreCheckedWhenTheyAreRead()
    {
        var path = Write(3, [], body => body.Key("k", 8).U64(1).Bytes(0xFF).Key("b", 7).Bytes(2));
        using var file = GgufFile.Open(path);
        Assert.Contains("UTF-8", Assert.Throws<InputException>(() => file.String("k")).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => file.Bool("b"));
    }

    private string Write(uint version, byte[] data, Action<Body> metadata, int tensors = 0)
    {
        var body = new Body();
        metadata(body);
        var head = new Body().Bytes([.. "GGUF"u8]).U32(version).U64((ulong)tensors).U64((ulong)body.Entries).Bytes(body.ToArray()).ToArray();
        var alignment = head.Length > 60 && Encoding.UTF8.GetString(head).Contains("general.alignment", StringComparison.Ordinal) ? 64 : 32;
        var padding = data.Length == 0 ? 0 : (alignment - head.Length % alignment) % alignment;
        return folder.Write("t.gguf", [.. head, .. new byte[padding], .. data]);
    }

    /// <summary>Bytes of a header, with no check on what is written.</summary>
    private sealed class Body
    {
        private readonly List<byte> bytes = [];

        public int Entries { get; private set; }

        public Body Bytes(params byte[] more)
        {
            bytes.AddRange(more);
            return this;
        }

        /// <summary>Counts a metadata entry.</summary>
        public Body Entry()
        {
            Entries++;
            return this;
        }

        public Body U32(uint value) => Bytes(BitConverter.GetBytes(value));

        public Body U64(ulong value) => Bytes(BitConverter.GetBytes(value));

        public Body Text(string text) => U64((ulong)Encoding.UTF8.GetByteCount(text)).Bytes(Encoding.UTF8.GetBytes(text));

        public Body Key(string key, uint type) => Entry().Text(key).U32(type);

        /// <summary>Dimensions as the file has them, fastest first.</summary>
        public Body Tensor(string name, ulong[] dimensions, uint type, ulong offset)
        {
            Text(name).U32((uint)dimensions.Length);
            foreach (var dimension in dimensions)
                U64(dimension);
            return U32(type).U64(offset);
        }

        public byte[] ToArray() => [.. bytes];
    }
}
