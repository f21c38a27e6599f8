using Temoto.Grammars.Languages;
using Temoto.Grammars.Masks;

namespace Temoto.Grammars.Gbnf;

/// <summary>What follows the bytes that texts have in common: ways that differ in their first byte.</summary>
/// <param name="texts">By their bytes, in order, each once.</param>
/// <param name="first">Those of this node, up to <paramref name="end"/>.</param>
/// <param name="common">Bytes they have in common, which have come.</param>
internal sealed class ChoiceNode(string[] texts, int first, int end, int common, LanguageTable table) : GrammarNode
{
    /// <summary>Of a way, however long the text: what may follow each of its bytes is kept.</summary>
    private const int MostBytes = 256;

    protected override IReadOnlyList<GrammarWay> MakeWays()
    {
        var ways = new List<GrammarWay>();
        var at = first;
        // The shortest comes first.
        if (texts[at].Length == common)
        {
            ways.Add(new GrammarWay(table.Empty, []));
            at++;
        }
        while (at < end)
        {
            var next = at + 1;
            while (next < end && texts[next][common] == texts[at][common])
                next++;
            ways.Add(Way(at, next));
            at = next;
        }
        return ways;
    }

    private GrammarWay Way(int from, int to)
    {
        var (shortest, last) = (texts[from], texts[to - 1]);
        var length = Math.Min(shortest.AsSpan(common).CommonPrefixLength(last.AsSpan(common)), MostBytes);
        var isWhole = to == from + 1 && common + length == shortest.Length;
        return new GrammarWay(table.Text(shortest.Substring(common, length)), isWhole ? [] : [new ChoiceNode(texts, from, to, common + length, table)]);
    }
}
