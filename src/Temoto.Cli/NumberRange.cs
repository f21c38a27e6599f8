using System.Globalization;
using System.Numerics;

namespace Temoto.Cli;

/// <summary>What a number may be, both ends included; an end that is the type's own says nothing.</summary>
internal readonly record struct NumberRange<T>(T Least, T Most)
    where T : struct, INumber<T>, IMinMaxValue<T>
{
    public bool Holds(T value) => value >= Least && value <= Most;

    /// <summary>"a whole number from 1 to 64", "a number of 0 or more".</summary>
    public string One => $"a {Kind}{Bounds}";

    /// <summary>"whole numbers from 1 to 64 with commas between".</summary>
    public string Several => $"{Kind}s{Bounds} with commas between";

    private static string Kind => StrictNumber.IsWhole<T>() ? "whole number" : "number";

    private string Bounds => (Least > T.MinValue, Most < T.MaxValue) switch
    {
        (_, true) => string.Create(CultureInfo.InvariantCulture, $" from {Least} to {Most}"),
        (true, false) => string.Create(CultureInfo.InvariantCulture, $" of {Least} or more"),
        _ => T.IsZero(T.MinValue) ? " of 0 or more" : "",
    };
}
