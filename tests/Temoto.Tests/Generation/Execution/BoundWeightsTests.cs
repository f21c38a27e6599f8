using Temoto.Tests.Formats;
using Temoto.Tests.Formats.Files;
using Temoto.Tests.Models;

namespace Temoto.Tests.Generation.Execution;

/// <summary>Model files that change while they are in use.</summary>
public sealed class BoundWeightsTests : IDisposable
{
    private static readonly ModelOptions Options = new() { Threads = 2 };
    private static readonly GenerationOptions Greedy = new() { MaxTokens = 8, Temperature = 0 };

    private readonly TemporaryFolder folder = new(inMemory: true);
    private readonly TemporaryFolder other = new(inMemory: true);

    public void Dispose()
    {
        folder.Dispose();
        other.Dispose();
    }

    private static async Task<string> AnswerAsync(Session session)
    {
        var text = "";
        await foreach (var piece in session.CompleteAsync("pump 3 is hot", Greedy))
            text += piece;
        return text;
    }

    private static async Task AssertChangedAsync(Func<Task> request, string path)
    {
        var error = await Assert.ThrowsAsync<InputException>(request);
        Assert.StartsWith($"{path}: found ", error.Message, StringComparison.Ordinal);
        Assert.Contains("the file as it was opened", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AChangedFileIsAnErrorOfItsModelAlone(bool cut)
    {
        var (path, weights) = ModelFiles.Write(folder, "safetensors");
        var bytes = File.ReadAllBytes(weights[0]);
        using var bystander = LanguageModel.Load(ModelFiles.Write(other, "safetensors").Path, Options);
        using var model = LanguageModel.Load(path, Options);
        using var session = model.CreateSession();
        using var fresh = model.CreateSession();
        using var others = bystander.CreateSession();
        var expected = await AnswerAsync(session);
        if (cut)
            FileInUse.Cut(weights[0], 1000);
        else
            FileInUse.Overwrite(weights[0], 1000);
        await AssertChangedAsync(() => AnswerAsync(session), weights[0]);
        await AssertChangedAsync(() => AnswerAsync(fresh), weights[0]);
        Assert.Equal(expected, await AnswerAsync(others));
        FileInUse.Replace(weights[0], bytes);
        // The model still has the old file; it is loaded again.
        await AssertChangedAsync(() => AnswerAsync(session), weights[0]);
        using var again = LanguageModel.Load(path, Options);
        using var answers = again.CreateSession();
        Assert.Equal(expected, await AnswerAsync(answers));
    }

    [Fact]
    public void ALongAnswerStopsAtTheNextToken()
    {
        var (path, weights) = ModelFiles.Write(folder, "safetensors");
        using var model = LanguageModel.Load(path, Options);
        using var session = model.CreateSession();
        // Computed as it is asked for: no run is under way when the file is cut.
        using var pieces = session.Generate([1, 2, 3], Greedy with { MaxTokens = 200 }, 0, default).GetEnumerator();
        Assert.True(pieces.MoveNext());
        FileInUse.Cut(weights[0], 1000);
        Assert.StartsWith($"{weights[0]}: found 1000 bytes", Assert.Throws<InputException>(() => pieces.MoveNext()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryShardIsLookedAt()
    {
        var (path, weights) = ModelFiles.Write(folder, "sharded");
        using var model = LanguageModel.Load(path, Options);
        using var session = model.CreateSession();
        await AnswerAsync(session);
        FileInUse.Overwrite(weights[1], 1000);
        await AssertChangedAsync(() => AnswerAsync(session), weights[1]);
    }

    [Fact]
    public async Task AFileThatIsReplacedByRenamingServesOn()
    {
        var (path, weights) = ModelFiles.Write(folder, "safetensors");
        using var model = LanguageModel.Load(path, Options);
        using var session = model.CreateSession();
        var expected = await AnswerAsync(session);
        FileInUse.Replace(weights[0], [1, 2, 3]);
        Assert.Equal(expected, await AnswerAsync(session));
    }

    [Fact]
    public void PicturesAreNotLookedAtThroughAChangedFile()
    {
        var (path, weights) = ModelFiles.Write(folder, "vit");
        using var model = VisionModel.Load(path, Options);
        var pixels = VitTests.Pictures(1, 24, 40)[0];
        model.Classify(pixels, 24, 40, TestContext.Current.CancellationToken);
        FileInUse.Cut(weights[0], 1000);
        Assert.Contains("as it was opened", Assert.Throws<InputException>(() => model.Classify(pixels, 24, 40, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        // Another size is planned and bound anew.
        Assert.Throws<InputException>(() => model.Classify(VitTests.Pictures(1, 40, 16)[0], 40, 16, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ACopiedModelServesOn()
    {
        var (path, weights) = ModelFiles.Write(folder, "safetensors");
        using var model = LanguageModel.Load(path, Options with { Load = ModelLoad.Copy });
        using var session = model.CreateSession();
        var expected = await AnswerAsync(session);
        FileInUse.Cut(weights[0], 0);
        Assert.Equal(expected, await AnswerAsync(session));
        using var fresh = model.CreateSession();
        Assert.Equal(expected, await AnswerAsync(fresh));
    }
}
