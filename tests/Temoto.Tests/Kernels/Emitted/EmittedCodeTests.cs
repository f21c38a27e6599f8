using Temoto.Emit;
using Temoto.Kernels.Emitted;
using Temoto.Machine;

namespace Temoto.Tests.Kernels.Emitted;

/// <summary>
/// The machine code in the runtime is what the sources assemble to, and what the listings say; nobody edits bytes by hand. The sources take the offsets of fields and the numbers of layouts from the runtime's own types:
/// where one of them moves without the code being assembled again, this fails.
/// </summary>
public class EmittedCodeTests
{
    private static readonly string Kernels = Path.Combine(RepositoryPaths.Root, "src", "Temoto.Runtime", "Kernels");

    public static TheoryData<string> Types => [.. CodeFile.All.Select(file => file.Type)];

    [Theory]
    [MemberData(nameof(Types))]
    public void FilesHoldWhatTheSourceAssembles(string type)
    {
        var file = CodeFile.All.Single(file => file.Type == type);
        var (code, listing) = file.Paths(Kernels);
        Assert.Equal(file.Code, File.ReadAllBytes(code));
        Assert.Equal(file.Listing, File.ReadAllText(listing));
    }

    /// <summary>The bytes that a reader sees are those that run: second column of the listing.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void TheRuntimeEmbedsWhatIsListed(string type)
    {
        var (_, listing) = CodeFile.All.Single(file => file.Type == type).Paths(Kernels);
        var listed = File.ReadLines(listing).Skip(1).SelectMany(line => Convert.FromHexString(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        using var embedded = typeof(ExecutableMemory).Assembly.GetManifestResourceStream(type + ".bin");
        Assert.NotNull(embedded);
        var bytes = new byte[embedded.Length];
        embedded.ReadExactly(bytes);
        Assert.Equal(listed, bytes);
    }

    /// <summary>Pages of code hold the bytes that are embedded, wherever the system lets code run.</summary>
    [Fact]
    public unsafe void PagesHoldWhatIsEmbedded()
    {
        Assert.SkipUnless(Processor.RunsEmittedCode, "needs Linux on x86-64");
        var file = CodeFile.All[0];
        Assert.Equal(file.Code, new ReadOnlySpan<byte>((void*)ExecutableMemory.Load(file.Type), file.Code.Length));
    }
}
