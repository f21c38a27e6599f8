using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Temoto.Demo.Corpus;

namespace Temoto.Tests.Demo;

public sealed partial class HeldOutFilesTests
{
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "models", "demo");

    [Fact]
    public void The_files_in_the_repository_are_what_the_generator_writes()
    {
        Assert.Equal(HeldOutFiles.ToJsonLines(HeldOutFiles.Exchanges(5, 100)), File.ReadAllText(Path.Combine(Folder, "heldout.jsonl")));
        Assert.Equal(HeldOutFiles.Text(3, 32 * 1024), File.ReadAllText(Path.Combine(Folder, "heldout.txt")));
    }

    [Fact]
    public void Rows_have_machines_and_readings_that_training_never_shows()
    {
        var random = new SeededRandom(10);
        var training = Enumerable.Range(0, 10_000).SelectMany(_ => Conversation.Make(random, Split.Training).Exchanges).SelectMany(NamesAndReadings).ToHashSet();
        var heldOut = HeldOutFiles.Exchanges(5, 100).SelectMany(NamesAndReadings).ToHashSet();
        Assert.InRange(heldOut.Count, 400, 10_000);
        Assert.Empty(heldOut.Intersect(training));
    }

    [Fact]
    public void No_prompt_occurs_twice_and_none_in_training()
    {
        var prompts = File.ReadLines(Path.Combine(Folder, "heldout.jsonl")).Select(Prompt).ToArray();
        Assert.Equal(800, prompts.Length);
        Assert.Equal(prompts.Length, prompts.Distinct().Count());
        var random = new SeededRandom(10);
        Assert.Empty(Enumerable.Range(0, 10_000).SelectMany(_ => Conversation.Make(random, Split.Training).Exchanges).Select(exchange => exchange.Prompt).Intersect(prompts));
    }

    [Fact]
    public void No_wording_is_in_both_halves()
    {
        var all = new[] { typeof(SummaryTask), typeof(AlarmTask), typeof(QuestionTask), typeof(TalkTask) }
            .SelectMany(task => task.GetFields(BindingFlags.Static | BindingFlags.NonPublic)).SelectMany(field => Find(field.GetValue(null))).ToArray();
        Assert.InRange(all.Length, 80, 200);
        foreach (var wordings in all)
            Assert.Empty(wordings.HeldOut.Select(Plain).Intersect(wordings.Training.Select(Plain)));
    }

    private static IEnumerable<Wordings> Find(object? value) => value switch
    {
        Wordings wordings => [wordings],
        string => [],
        Array array => ((IEnumerable)array).Cast<object>().SelectMany(Find),
        null => [],
        _ => value.GetType().GetProperties().Where(property => property.PropertyType == typeof(Wordings)).Select(property => (Wordings)property.GetValue(value)!),
    };

    /// <summary>Without the case and the closing mark, which the generator varies.</summary>
    private static string Plain(string wording) => wording.Trim('.', '?', '!', ':', '。', ' ').ToLowerInvariant();

    private static IEnumerable<string> NamesAndReadings(Exchange exchange) => NameOrReading().Matches(exchange.Prompt).Select(match => match.Value);

    private static string Prompt(string row)
    {
        using var document = JsonDocument.Parse(row);
        return document.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!;
    }

    [GeneratedRegex(@"\b[A-Z]{1,2}-?[0-9][0-9A-Z]*(?:-[A-Z][0-9])?\b|\d+\.\d")]
    private static partial Regex NameOrReading();
}
