using System.Text.Json;

namespace Temoto.Evaluation;

/// <summary>
/// One row of a task file (JSON Lines). A conversation with its one right answer
/// (<c>{"kind","language","messages":[{"role","content"}],"answer":"text"}</c>) or with what right answers have in common
/// (<c>"must":["expression"],"must_not":["expression"]</c> in its place), or a multiple-choice question
/// (<c>{"kind","prompt":"text","choices":["a","b"],"answer":0}</c>).
/// </summary>
/// <param name="Name">kind, or kind/language: figures are summed under it.</param>
/// <param name="Patterns">Decide in place of <paramref name="Answer"/> where the row has them.</param>
internal sealed record TaskRow(string Name, IReadOnlyList<ChatMessage> Messages, string Prompt, IReadOnlyList<string> Choices, string Answer, int AnswerIndex, AnswerPatterns? Patterns)
{
    private const string Expected = "{\"messages\": [{\"role\", \"content\"}], \"answer\": \"text\" or \"must\": [...]} or {\"prompt\", \"choices\": [...], \"answer\": index}";

    /// <summary>What is printed beside a wrong answer.</summary>
    public string Wanted => Patterns?.ToString() ?? (Choices.Count > 0 ? Choices[AnswerIndex] : Answer);

    /// <summary>Whether an answer is right: by the patterns, or as the very text (surrounding white space aside).</summary>
    public bool Accept(string answer) => Patterns?.Accept(answer) ?? answer == (Choices.Count > 0 ? Wanted : Answer.Trim());

    /// <summary>Reads all rows; blank lines are passed over.</summary>
    public static IReadOnlyList<TaskRow> ReadAll(string path)
    {
        var rows = TaskLines.ReadAll(path, "a task file, JSON Lines", Expected, Read);
        return rows.Count > 0 ? rows : throw new InputException(path, null, "no rows", "JSON Lines, " + Expected, "give a task file");
    }

    /// <summary>kind, or kind/language; "task" where a row has neither.</summary>
    public static string NameOf(JsonElement row)
    {
        var kind = row.TryGetProperty("kind", out var value) ? value.GetString() : null;
        var language = row.TryGetProperty("language", out value) ? value.GetString() : null;
        var name = string.Join('/', new[] { kind, language }.Where(part => !string.IsNullOrEmpty(part)));
        return name.Length == 0 ? "task" : name;
    }

    private static TaskRow Read(JsonElement row)
    {
        var name = NameOf(row);
        if (row.TryGetProperty("choices", out var choices))
        {
            var texts = choices.EnumerateArray().Select(Text).ToList();
            var index = row.GetProperty("answer").GetInt32();
            if (index < 0 || index >= texts.Count)
                throw new FormatException($"answer {index} of {texts.Count} choices");
            return new TaskRow(name, [], Text(row.GetProperty("prompt")), texts, "", index, null);
        }
        var messages = row.GetProperty("messages").EnumerateArray().Select(message => new ChatMessage(Text(message.GetProperty("role")), Text(message.GetProperty("content")))).ToList();
        return row.TryGetProperty("must", out _) || row.TryGetProperty("must_not", out _)
            ? new TaskRow(name, messages, "", [], "", 0, AnswerPatterns.Read(row))
            : new TaskRow(name, messages, "", [], Text(row.GetProperty("answer")), 0, null);
    }

    public static string Text(JsonElement element) => element.GetString() ?? throw new FormatException("null where a text should be");
}
