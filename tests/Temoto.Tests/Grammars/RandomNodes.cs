using Temoto.Grammars.Languages;
using Temoto.Grammars.Masks;

namespace Temoto.Tests.Grammars;

/// <summary>Grammars of nodes whose ways share beginnings, end early, may be empty, and hold JSON strings of all kinds.</summary>
internal static class RandomNodes
{
    public static GrammarNode Make(Random random, LanguageTable table)
    {
        var nodes = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new TestNode()).ToArray();
        for (var i = 0; i < nodes.Length; i++)
        {
            // One way that leads no further makes that each can be followed to an end.
            nodes[i].Add(new GrammarWay(random.Next(3) == 0 ? table.Empty : Piece(random, table), []));
            for (var ways = random.Next(0, 4); ways > 0; ways--)
            {
                var bytes = random.Next(6) == 0 ? table.Empty : Piece(random, table);
                // Without a byte only further on: nothing begins with itself.
                var first = bytes.IsNullable ? i + 1 : 0;
                GrammarNode[] then = first == nodes.Length ? [] : [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => nodes[random.Next(first, nodes.Length)])];
                nodes[i].Add(new GrammarWay(bytes, then));
            }
        }
        return nodes[0];
    }

    /// <summary>A regular language over bytes.</summary>
    private static Language Piece(Random random, LanguageTable table) => random.Next(8) switch
    {
        0 => table.Sequence(table.Text("{\""), String(random, table), table.Text(":")),
        1 => table.Sequence(table.Text("\""), String(random, table)),
        2 => table.Spelled(Body(random, table), TextSpelling.Plain),
        3 => table.Union(table.Sequence(table.Text("\""), String(random, table)), table.Text("null"), table.Repeat(table.Points(PointSet.Of(('0', '9'))), 1, 3)),
        4 => table.Repeat(table.Points(PointSet.Of(('a', 'c'))), random.Next(0, 2), random.Next(2) == 0 ? Language.NoEnd : 4),
        5 => table.Repeat(table.Union(table.Text("ab"), table.Text("a")), 0, random.Next(2, 5)),
        _ => table.Text(new[] { "a", "ab", "abc", "b", "bc", "{", "}", ",", ":", "\"", "(", ")", "1", "\"}", "10" }[random.Next(15)]),
    };

    private static Language String(Random random, LanguageTable table) =>
        table.Spelled(Body(random, table), random.Next(2) == 0 ? TextSpelling.JsonNeeded : TextSpelling.JsonAny);

    /// <summary>Over code points; most of them safe for some points of content.</summary>
    private static Language Body(Random random, LanguageTable table)
    {
        var names = table.Union(table.Text("name"), table.Text("a"), table.CodePoints("😀"), table.Text(""), table.Text("x\"y"));
        var few = table.Repeat(table.Points(PointSet.All), random.Next(0, 2), random.Next(1, 6));
        return random.Next(13) switch
        {
            0 => table.Anything,
            1 => few,
            2 => table.Complement(names),
            3 => table.Except(few, names),
            4 => names,
            5 => table.Repeat(table.Points(PointSet.Content), 0, random.Next(1, 4)),
            6 => table.Sequence(few, table.Text("b")),
            7 => table.Sequence(table.Repeat(table.Points(PointSet.Of((0, '~'))), 0, Language.NoEnd), table.Text("é")),
            8 => table.Union(few, table.Sequence(table.Text("name"), table.Anything)),
            9 => table.Points(PointSet.Of((0, 'z'), (0x20AC, 0x1F600))),
            10 => table.Intersection(table.Complement(names), table.Complement(table.Text("ab")), table.Anything),
            11 => table.Intersection(table.Complement(names), table.Sequence(table.Anything, table.Text("a"))),
            _ => table.Intersection(few, table.Sequence(table.Text("a"), table.Anything)),
        };
    }
}
