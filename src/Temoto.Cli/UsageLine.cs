using System.CommandLine;
using System.CommandLine.Parsing;

namespace Temoto.Cli;

/// <summary>What is wrong with a command line, in one line: the first thing to mend.</summary>
internal static class UsageLine
{
    /// <summary>"--top-p: found '0,9'; expected a number from 0 to 1; write 0.9 with a point".</summary>
    public static string Of(string name, string found, string expected, string next) => new InputException(name, null, $"'{found}'", expected, next).Message;

    /// <summary>An unknown verb is named; the parser itself would only say that one is missing.</summary>
    public static string Of(RootCommand root, ParseResult parsed)
    {
        var verb = parsed.CommandResult.Command;
        if (verb == root)
            return UnknownVerb(root, parsed);
        if (parsed.Errors.FirstOrDefault(error => IsOurs(error.Message)) is { } judged)
            return judged.Message;
        if (parsed.UnmatchedTokens.FirstOrDefault(token => token.StartsWith('-') && token.Length > 1) is { } option)
            return UnknownOption(root, verb, option);
        if (MissingArgument(parsed, verb) is { } missing)
            return $"{verb.Name}: found no {missing.Name}; expected {Begun(missing.Description)}; {TryHelp(verb)}";
        if (parsed.UnmatchedTokens is [var extra, ..])
            return $"{verb.Name}: found '{extra}'; expected nothing more there; put a text with spaces between quotation marks, or {TryHelp(verb)}";
        return parsed.Errors[0].SymbolResult is OptionResult { IdentifierToken: not null } result
            ? BadOption(verb, result)
            : Theirs(parsed, verb);
    }

    /// <summary>"A model" in the middle of a sentence; abbreviations keep their capitals.</summary>
    private static string? Begun(string? description) =>
        description is [var first, not (>= 'A' and <= 'Z'), ..] ? char.ToLowerInvariant(first) + description[1..] : description;

    private static string UnknownVerb(RootCommand root, ParseResult parsed)
    {
        var verbs = root.Subcommands.Select(command => command.Name).ToList();
        var first = parsed.UnmatchedTokens is [var word, ..] ? word : null;
        var near = first is null ? null : Spelling.Nearest(first, verbs);
        var found = first is null ? "no verb" : $"'{first}'";
        return $"found {found}; expected one of {string.Join(", ", verbs)}; {(near is null ? "try 'temoto --help'" : $"did you mean {near}?")}";
    }

    private static string UnknownOption(RootCommand root, Command verb, string option)
    {
        var name = option.Split('=', ':')[0];
        var names = verb.Options.Concat(root.Options).SelectMany(item => item.Aliases.Prepend(item.Name));
        var known = names.Where(item => item.StartsWith("--", StringComparison.Ordinal));
        var next = Spelling.Nearest(name, known) is { } near ? $"did you mean {near}?" : $"see 'temoto {verb.Name} --help'";
        return $"{verb.Name}: found '{option}'; expected an option of {verb.Name}; {next}";
    }

    private static Argument? MissingArgument(ParseResult parsed, Command verb) =>
        verb.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 });

    /// <summary>An option without its value, with too many, or a switch with one.</summary>
    private static string BadOption(Command verb, OptionResult result)
    {
        var option = result.Option;
        var isSwitch = option.ValueType == typeof(bool);
        var expected = isSwitch ? "it alone, or it with true or false" : $"one {option.HelpName ?? "value"}: {option.Description}";
        var found = result.Tokens.Count switch { 0 => "nothing behind it", 1 => $"'{result.Tokens[0].Value}'", var count => $"{count} values" };
        return new InputException(option.Name, null, found, expected, TryHelp(verb)).Message;
    }

    /// <summary>What is left, such as a required option that is not there, in the parser's words.</summary>
    private static string Theirs(ParseResult parsed, Command verb)
    {
        var absent = verb.Options.FirstOrDefault(option => option.Required && parsed.GetResult(option) is null or { IdentifierToken: null });
        if (absent is not null)
            return $"{verb.Name}: found no {absent.Name}; expected {absent.Name} {absent.HelpName}: {absent.Description}; add it, or {TryHelp(verb)}";
        var words = parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return $"{verb.Name}: {string.Join(' ', words).TrimEnd('.')}; {TryHelp(verb)}";
    }

    private static bool IsOurs(string message) =>
        message.Contains(": found ", StringComparison.Ordinal) && message.Contains("; expected ", StringComparison.Ordinal);

    private static string TryHelp(Command verb) => $"try 'temoto {verb.Name} --help'";
}
