using System.Text.Json;
using System.Text.RegularExpressions;

namespace Temoto.Demo.Corpus;

/// <summary>Whether what an answer names stands in its prompt: numbers, names with digits, and the machine of an alarm's JSON.</summary>
internal static partial class Grounding
{
    /// <summary>
    /// What the answer has and the prompt has not, wide characters or narrow, large letters or small: a sentence may begin with a name. A whole number up to the count of the prompt's lines, of the
    /// parts of a line, or of the answer's own list is a count and may stand by itself.
    /// </summary>
    public static IReadOnlyList<string> Invented(string prompt, string answer)
    {
        var given = Texts.Narrow(prompt);
        var said = Texts.Narrow(answer);
        var lines = Math.Max(given.Count(character => character is '\n' or ';' or '/' or '}'), said.Count(character => character is ';' or '、')) + 1;
        var names = NameOrNumber().Matches(said).Select(match => match.Value.TrimEnd('.', ':', '-'));
        if (Machine(answer) is { } machine)
            names = names.Append(Texts.Narrow(machine));
        return [.. names.Where(name => !Stands(name, given) && !(char.IsAsciiDigit(name[0]) && int.TryParse(name, out var count) && count <= lines))];
    }

    /// <summary>A number must not be a part of a longer one: 72 does not stand in 172 or 72.5.</summary>
    private static bool Stands(string name, string text)
    {
        for (var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var before = at == 0 || !char.IsAsciiDigit(name[0]) || !(char.IsAsciiDigit(text[at - 1]) || (text[at - 1] == '.' && at > 1 && char.IsAsciiDigit(text[at - 2])));
            var end = at + name.Length;
            var after = end == text.Length || !char.IsAsciiDigit(name[^1]) || !(char.IsAsciiDigit(text[end]) || (text[end] == '.' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1])));
            if (before && after)
                return true;
        }
        return false;
    }

    private static string? Machine(string answer)
    {
        if (!answer.StartsWith('{'))
            return null;
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.TryGetProperty("machine", out var machine) && machine.ValueKind == JsonValueKind.String ? machine.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"[A-Za-z0-9_./#:-]*[0-9][A-Za-z0-9_./#:-]*")]
    private static partial Regex NameOrNumber();
}
