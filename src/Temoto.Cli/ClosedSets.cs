using System.CommandLine;
using System.CommandLine.Parsing;

namespace Temoto.Cli;

/// <summary>
/// Options and arguments whose values are words of a closed set; what is not in it is named, with the word that was probably meant. The words
/// complete.
/// </summary>
internal static class ClosedSets
{
    public static Option<string?> OneOf(this Option<string?> option, params string[] words)
    {
        option.Validators.Add(result => Check(result, option.Name, words, several: false));
        option.CompletionSources.Add(words);
        return option;
    }

    public static Argument<string> OneOf(this Argument<string> argument, params string[] words)
    {
        argument.Validators.Add(result => Check(result, argument.Name, words, several: false));
        argument.CompletionSources.Add(words);
        return argument;
    }

    /// <summary>One word or several with commas between.</summary>
    public static Option<string?> EachOneOf(this Option<string?> option, params string[] words)
    {
        option.Validators.Add(result => Check(result, option.Name, words, several: true));
        option.CompletionSources.Add(words);
        return option;
    }

    private static void Check(SymbolResult result, string name, string[] words, bool several)
    {
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            if ((several ? text.Split(',') : [text]).FirstOrDefault(word => !words.Contains(word)) is not { } unknown)
                continue;
            var expected = $"{(several || words.Length == 1 ? "" : "one of ")}{string.Join(", ", words)}{(several ? ", or several with commas between" : "")}";
            result.AddError(UsageLine.Of(name, text, expected, Spelling.Nearest(unknown, words) is { } near ? $"did you mean {near}?" : "choose from these"));
            return;
        }
    }
}
