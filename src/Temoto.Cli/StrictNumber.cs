using System.Globalization;
using System.Numerics;

namespace Temoto.Cli;

/// <summary>
/// Numbers as a command line writes them, the same in every culture: ASCII digits, a sign, a point and an exponent. Nothing is skipped or guessed at:
/// 0,5 is neither a half nor
/// five.
/// </summary>
internal static class StrictNumber
{
    private const NumberStyles Whole = NumberStyles.AllowLeadingSign;
    private const NumberStyles Real = Whole | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>False for anything but one finite number that <typeparamref name="T"/> holds.</summary>
    public static bool TryRead<T>(string text, out T value)
        where T : struct, INumber<T>
    {
        // The parser itself would take the words for what is not finite, and NUL characters behind a number.
        var isPlain = text.All(c => char.IsAsciiDigit(c) || c is '+' or '-' or '.' or 'e' or 'E');
        value = default;
        return isPlain && T.TryParse(text, IsWhole<T>() ? Whole : Real, CultureInfo.InvariantCulture, out value) && T.IsFinite(value);
    }

    /// <summary>What someone who wrote <paramref name="text"/> may have meant, as an advice; null where nothing comes to mind.</summary>
    public static string? Advice<T>(string text)
        where T : struct, INumber<T>
    {
        var pointed = text.Replace(',', '.');
        if (pointed != text && !IsWhole<T>() && TryRead<T>(pointed, out _))
            return $"write {pointed} with a point";
        var joined = string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c is not (',' or '\'' or '_')));
        return joined != text && TryRead<T>(joined, out _) ? $"write {joined}" : null;
    }

    public static bool IsWhole<T>()
        where T : INumber<T> => T.IsInteger(T.One / (T.One + T.One));
}
