using System.Numerics;

namespace Temoto.Grammars.Languages;

/// <summary>
/// What may follow in decimal digits, perhaps with a point, so that the number is a multiple of a unit / 10^places. It judges the digits only: where a point may stand is
/// for the language that it is intersected with.
/// </summary>
internal sealed class MultipleLanguage : Language
{
    private readonly BigInteger unit;
    private readonly int places;
    private readonly BigInteger remainder;
    private readonly int behindPoint;

    /// <param name="remainder">Of the digits so far, divided by the unit.</param>
    /// <param name="behindPoint">Digits behind the point so far, at most places; -1 before it.</param>
    public MultipleLanguage(BigInteger unit, int places, BigInteger remainder, int behindPoint)
    {
        this.unit = unit;
        this.places = places;
        this.remainder = remainder;
        this.behindPoint = behindPoint;
        IsNullable = (remainder * BigInteger.Pow(10, places - Math.Max(behindPoint, 0)) % unit).IsZero;
    }

    /// <summary>Whether digits make a multiple of it. Before the point enough of them always do; behind it there are so many as places are left, and then zeros.</summary>
    public static bool CanEnd(BigInteger unit, int places, BigInteger remainder, int behindPoint)
    {
        if (behindPoint < 0)
            return true;
        var room = BigInteger.Pow(10, places - behindPoint);
        var missing = (unit - remainder * room % unit) % unit;
        return missing < room;
    }

    protected override Language Derive(int point, LanguageTable table)
    {
        if (point == '.')
            return behindPoint < 0 ? table.Multiple(unit, places, remainder, 0) : table.Nothing;
        if (point is < '0' or > '9')
            return table.Nothing;
        if (behindPoint == places)
            return point == '0' && remainder.IsZero ? this : table.Nothing;
        return table.Multiple(unit, places, (remainder * 10 + (point - '0')) % unit, behindPoint < 0 ? -1 : behindPoint + 1);
    }

    public override bool IsLike(Language other) =>
        other is MultipleLanguage like && like.unit == unit && like.places == places && like.remainder == remainder && like.behindPoint == behindPoint;

    public override int HashOfParts() => HashCode.Combine(9, unit, places, remainder, behindPoint);

    protected override int[] MakeCuts() => [0, '.', '.' + 1, .. Enumerable.Range('0', 11)];
}
