using Temoto.Cli;

namespace Temoto.Tests.Cli;

public class ByteSizeTests
{
    [Theory]
    [InlineData("1000000", 1_000_000)]
    [InlineData("7B", 7)]
    [InlineData("4GiB", 4L << 30)]
    [InlineData("4gib", 4L << 30)]
    [InlineData("1.5GB", 1_500_000_000)]
    [InlineData("0.5KiB", 512)]
    [InlineData("2TiB", 2L << 40)]
    [InlineData("3MB", 3_000_000)]
    public void ReadsSizes(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse("--x", text));

    [Fact]
    public void NothingIsNothing() => Assert.Null(ByteSize.Parse("--x", null));

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("0")]
    [InlineData("0.1B")]
    [InlineData("-1GiB")]
    [InlineData("1,5GiB")]
    [InlineData("1e9")]
    [InlineData(" 1GiB")]
    [InlineData("1 GiB")]
    [InlineData("4G")]
    [InlineData("9000000TiB")]
    [InlineData("99999999999999999999999999999999999")]
    public void RefusesWhatIsNone(string text) =>
        Assert.Contains($"--x: found '{text}'", Assert.Throws<InputException>(() => ByteSize.Parse("--x", text)).Message, StringComparison.Ordinal);
}
