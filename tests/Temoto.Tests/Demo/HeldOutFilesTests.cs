using System.Text.Json;
using Temoto.Demo.Corpus;

namespace Temoto.Tests.Demo;

public sealed class HeldOutFilesTests
{
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "models", "demo");

    [Fact]
    public void The_files_in_the_repository_are_what_the_generator_writes()
    {
        Assert.Equal(HeldOutFiles.ToJsonLines(HeldOutFiles.Exchanges(5, 100)), File.ReadAllText(Path.Combine(Folder, "heldout.jsonl")));
        Assert.Equal(HeldOutFiles.Text(3, 32 * 1024), File.ReadAllText(Path.Combine(Folder, "heldout.txt")));
    }

    [Fact]
    public void Rows_have_machines_that_training_never_shows()
    {
        var random = new SeededRandom(10) { Wide = true };
        var training = Machines(Enumerable.Range(0, 10_000).SelectMany(_ => Conversation.MakeForTraining(random)).SelectMany(conversation => conversation.Exchanges)).ToHashSet();
        var heldOut = Machines(HeldOutFiles.Exchanges(5, 100)).ToHashSet();
        Assert.InRange(heldOut.Count, 150, 200);
        Assert.Empty(heldOut.Intersect(training));
    }

    [Fact]
    public void No_prompt_occurs_twice_and_none_in_training()
    {
        var prompts = File.ReadLines(Path.Combine(Folder, "heldout.jsonl")).Select(Prompt).ToArray();
        Assert.Equal(1000, prompts.Length);
        Assert.Equal(prompts.Length, prompts.Distinct().Count());
        var random = new SeededRandom(10);
        Assert.Empty(Enumerable.Range(0, 10_000).SelectMany(_ => Conversation.Make(random, Split.Training).Exchanges).Select(exchange => exchange.Prompt).Intersect(prompts));
    }

    private static IEnumerable<string> Machines(IEnumerable<Exchange> exchanges) =>
        exchanges.Where(exchange => exchange.Kind == Kind.Alarm).Select(exchange => JsonDocument.Parse(exchange.Answer).RootElement.GetProperty("machine").GetString()!);

    private static string Prompt(string row)
    {
        using var document = JsonDocument.Parse(row);
        return document.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!;
    }
}
