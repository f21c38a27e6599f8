using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;

namespace Temoto.Cli;

/// <summary>
/// Options whose values are numbers in a range. All numeric options are read here and nowhere else: the parser's own conversion takes 0,5 for 5.
/// </summary>
internal static class NumberOptions
{
    public static Option<T> Within<T>(this Option<T> option, T least, T most)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var range = new NumberRange<T>(least, most);
        option.CustomParser = result => Read(result, option, range);
        return option;
    }

    /// <summary>Likewise, for an option that may be left out.</summary>
    public static Option<T?> Within<T>(this Option<T?> option, T least, T most)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var range = new NumberRange<T>(least, most);
        option.CustomParser = result => Read(result, option, range);
        return option;
    }

    /// <summary>"512,2048": numbers with commas between, as they stand.</summary>
    public static Option<IReadOnlyList<T>> EachWithin<T>(this Option<IReadOnlyList<T>> option, T least, T most)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var range = new NumberRange<T>(least, most);
        option.Arity = ArgumentArity.ExactlyOne;
        option.CustomParser = result => ReadList(result, option, range);
        return option;
    }

    private static T Read<T>(ArgumentResult result, Option option, NumberRange<T> range)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var text = result.Tokens[^1].Value;
        if (StrictNumber.TryRead<T>(text, out var value) && range.Holds(value))
            return value;
        result.AddError(UsageLine.Of(option.Name, text, range.One, StrictNumber.Advice<T>(text) ?? "give a number in that range"));
        return default;
    }

    private static List<T>? ReadList<T>(ArgumentResult result, Option option, NumberRange<T> range)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var text = result.Tokens[^1].Value;
        var numbers = new List<T>();
        foreach (var word in text.Split(','))
        {
            if (!StrictNumber.TryRead<T>(word, out var value) || !range.Holds(value))
            {
                result.AddError(UsageLine.Of(option.Name, text, range.Several, word == text ? "for example 1,2,3" : $"mend '{word}'"));
                return null;
            }
            numbers.Add(value);
        }
        return numbers;
    }
}
