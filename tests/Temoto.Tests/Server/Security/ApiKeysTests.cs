using System.Security.Cryptography;
using System.Text;
using Temoto.Server.Security;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Server.Security;

public sealed class ApiKeysTests : IDisposable
{
    private const string First = "0123456789abcdef0123456789abcdef";
    private const string Second = "fedcba9876543210fedcba9876543210";

    private readonly TemporaryFolder folder = new();
    private readonly List<string> notes = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void KeysAreKnownByTheirNamesAndByTheirHashes()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Second)));
        folder.Write("keys", $"# who may ask\n\n{First}\nalice sha256:{hash}\n");
        var keys = new ApiKeys(folder.File("keys"), notes.Add);
        Assert.Equal(2, keys.Count);
        Assert.Equal("key3", keys.NameOf(First));
        Assert.Equal("alice", keys.NameOf(Second));
        foreach (var wrong in new[] { null, "", First[..^1], First + "0", First.ToUpperInvariant(), $"sha256:{hash}", hash })
            Assert.Null(keys.NameOf(wrong));
    }

    [Fact]
    public void AFileThatChangesIsReadAgainAndABadOneChangesNothing()
    {
        folder.Write("keys", First);
        var keys = new ApiKeys(folder.File("keys"), notes.Add);
        folder.Write("keys", $"bob {Second}\n");
        Assert.Equal((null, "bob"), (keys.NameOf(First), keys.NameOf(Second)));
        folder.Write("keys", "short");
        Assert.Equal("bob", keys.NameOf(Second));
        File.Delete(folder.File("keys"));
        Assert.Equal("bob", keys.NameOf(Second));
        Assert.Contains(notes, note => note.Contains("stay as they were", StringComparison.Ordinal));
        Assert.DoesNotContain(notes, note => note.Contains(First, StringComparison.Ordinal) || note.Contains(Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "no key")]
    [InlineData("# only words\n", "no key")]
    [InlineData("short\n", "a key of 5 characters")]
    [InlineData("a b c\n", "3 words")]
    [InlineData("na/me 0123456789abcdef\n", "a name with other characters")]
    [InlineData("bob sha256:12\n", "64 hexadecimal digits")]
    public void ABadFileIsOneLineWithoutTheKey(string text, string says)
    {
        folder.Write("keys", text);
        Assert.Contains(says, Assert.Throws<InputException>(() => new ApiKeys(folder.File("keys"), notes.Add)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileIsOneLine() =>
        Assert.Throws<InputException>(() => new ApiKeys(folder.File("none"), notes.Add));
}
