using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Evaluation;

/// <summary>Accuracy of one kind of row.</summary>
/// <param name="ExactMatch">Share of right answers: equal to the expected text (surrounding white space aside), accepted by the row's patterns, or the right choice.</param>
/// <param name="Fields">Where the expected answers are JSON objects: share of right values by key; otherwise empty.</param>
internal sealed record TaskResult(string Name, double ExactMatch, int Count, IReadOnlyDictionary<string, double> Fields);

/// <summary>
/// Answers every row of a task file: conversations greedily, multiple choice by the log-likelihood of each choice after the prompt.
/// </summary>
internal static class TaskAccuracy
{
    private sealed class Tally
    {
        public int Right { get; set; }

        public int Count { get; set; }

        public SortedDictionary<string, (int Right, int Count)> Fields { get; } = new(StringComparer.Ordinal);
    }

    /// <param name="answered">Called after each row with the row and the model's answer.</param>
    public static IReadOnlyList<TaskResult> Measure(LanguageModel model, IReadOnlyList<TaskRow> rows, int maxTokens, Action<TaskRow, string, bool>? answered, CancellationToken cancellation)
    {
        var tallies = new SortedDictionary<string, Tally>(StringComparer.Ordinal);
        using var session = model.CreateSession();
        using var logits = rows.Any(row => row.Choices.Count > 0) ? new LogitRows(model.Engine) : null;
        foreach (var row in rows)
        {
            var answer = row.Choices.Count > 0 ? row.Choices[Choose(model, logits!, row, cancellation)] : Answer(model, session, row, maxTokens, cancellation);
            var right = row.Accept(answer);
            if (!tallies.TryGetValue(row.Name, out var tally))
                tallies.Add(row.Name, tally = new Tally());
            tally.Count++;
            tally.Right += right ? 1 : 0;
            CountFields(tally, row.Answer, answer);
            answered?.Invoke(row, answer, right);
        }
        return [.. tallies.Select(pair => new TaskResult(
            pair.Key,
            (double)pair.Value.Right / pair.Value.Count,
            pair.Value.Count,
            pair.Value.Fields.ToDictionary(field => field.Key, field => (double)field.Value.Right / field.Value.Count)))];
    }

    private static string Answer(LanguageModel model, Session session, TaskRow row, int maxTokens, CancellationToken cancellation)
    {
        var options = new GenerationOptions { MaxTokens = maxTokens, Temperature = 0, RepetitionPenalty = 1 };
        return string.Concat(session.Generate(model.EncodeChat(row.Messages), options, Stopwatch.GetTimestamp(), cancellation)).Trim();
    }

    /// <summary>Each choice is scored as it is tokenized behind the prompt: the tokens after those that prompt and whole text share.</summary>
    private static int Choose(LanguageModel model, LogitRows rows, TaskRow row, CancellationToken cancellation)
    {
        var prompt = model.EncodeRaw(row.Prompt);
        var best = 0;
        var bestScore = double.NegativeInfinity;
        for (var choice = 0; choice < row.Choices.Count; choice++)
        {
            var tokens = model.EncodeRaw(row.Prompt + row.Choices[choice]);
            var shared = Math.Max(1, tokens.AsSpan().CommonPrefixLength(prompt));
            if (tokens.Length > model.Info.ContextTokens)
                throw new InputException(row.Name, $"choice {choice}", $"{tokens.Length} tokens", $"at most the context of {model.Info.ContextTokens}", "raise --context or shorten the row");
            if (shared == tokens.Length)
                throw new InputException(row.Name, $"choice {choice}", $"'{row.Choices[choice]}', no token of its own", "a choice that adds text to the prompt", "mend the row");
            double score = 0;
            rows.Run(tokens.AsSpan(0, tokens.Length - 1), shared - 1, (position, logits) => score += LogLikelihood.OfToken(logits, tokens[position + 1]), cancellation);
            if (!(score > bestScore))
                continue;
            best = choice;
            bestScore = score;
        }
        return best;
    }

    private static void CountFields(Tally tally, string expected, string answer)
    {
        using var wanted = ParseObject(expected);
        if (wanted is null)
            return;
        using var given = ParseObject(answer);
        foreach (var field in wanted.RootElement.EnumerateObject())
        {
            var right = given is not null && given.RootElement.TryGetProperty(field.Name, out var value) && JsonElement.DeepEquals(value, field.Value);
            tally.Fields.TryGetValue(field.Name, out var count);
            tally.Fields[field.Name] = (count.Right + (right ? 1 : 0), count.Count + 1);
        }
    }

    private static JsonDocument? ParseObject(string text)
    {
        // An answer is what a model wrote: half a surrogate pair would be an exception where names are compared.
        if (!text.StartsWith('{') || JsonText.FindHalfPair(Encoding.UTF8.GetBytes(text)) >= 0)
            return null;
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
