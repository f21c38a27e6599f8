using System.Text;

namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>Simple case folding: letters that differ in case only, one code point each. The long s folds to s and the Kelvin sign to k, as in Unicode.</summary>
internal static class CaseFolding
{
    private const int LongS = 0x17F, Kelvin = 0x212A;

    public static int Fold(int point) => point switch
    {
        // .NET maps nothing to ASCII that is not.
        LongS => 's',
        Kelvin => 'k',
        _ => Rune.IsValid(point) ? Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(point))).Value : point,
    };

    /// <summary>The test that also takes what differs from its members in case.</summary>
    public static Func<int, bool> WithCases(Func<int, bool> has)
    {
        // Each class of cases has few members: those of the upper and lower case, and these that fold to ASCII.
        return point => Variants(point).Any(has);

        static IEnumerable<int> Variants(int point)
        {
            yield return point;
            if (!Rune.IsValid(point))
                yield break;
            var folded = Fold(point);
            yield return folded;
            yield return Rune.ToUpperInvariant(new Rune(folded)).Value;
            if (folded == 's')
                yield return LongS;
            if (folded == 'k')
                yield return Kelvin;
        }
    }
}
