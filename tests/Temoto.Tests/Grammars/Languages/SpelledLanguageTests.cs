using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Temoto.Grammars.Languages;

namespace Temoto.Tests.Grammars.Languages;

/// <summary>Bytes of strings, spelled by <see cref="JsonSerializer"/> and by hand, against the languages of what they spell.</summary>
public class SpelledLanguageTests
{
    private static readonly int[] Points = ['a', 'b', 'n', 'u', '0', '"', '\\', '/', '\b', '\f', '\n', '\r', '\t', 0, 0x1F, 0x7F, 0x80, 0xE9, 0x7FF, 0x800, 0x2028, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x1F600, 0x1F601, 0x10FFFF];

    private static readonly JsonSerializerOptions Escaping = new() { Encoder = JavaScriptEncoder.Default };
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly LanguageTable table = new();

    [Fact]
    public void WhatASerializerWritesIsReadAsWhatItMeans()
    {
        var random = new Random(15);
        var taken = 0;
        foreach (var body in Bodies())
        {
            var (plain, needed, any) = (table.Spelled(body, TextSpelling.Plain), table.Spelled(body, TextSpelling.JsonNeeded), table.Spelled(body, TextSpelling.JsonAny));
            for (var i = 0; i < Thoroughness.Cases(60); i++)
            {
                var text = RandomText(random);
                var isIn = table.Holds(body, text);
                taken += isIn ? 1 : 0;
                Assert.Equal(isIn, Reads(plain, Encoding.UTF8.GetBytes(text)));
                Assert.Equal(isIn, Reads(needed, Encoding.UTF8.GetBytes(Written(text, random, escapesMore: false))));
                Assert.Equal(isIn, Reads(any, Encoding.UTF8.GetBytes(Written(text, random, escapesMore: false))));
                Assert.Equal(isIn, Reads(any, Encoding.UTF8.GetBytes(Written(text, random, escapesMore: true))));
                Assert.Equal(isIn, Reads(any, JsonSerializer.SerializeToUtf8Bytes(text, Escaping).AsSpan(1)));
                Assert.Equal(isIn, Reads(any, JsonSerializer.SerializeToUtf8Bytes(text, Relaxed).AsSpan(1)));
            }
        }
        Assert.True(taken > 200, $"only {taken} texts are in");
    }

    [Theory]
    [InlineData("é", @"\u00e9")]
    [InlineData("/", @"\/")]
    [InlineData("a", @"\u0061")]
    [InlineData("😀", @"\ud83d\ude00")]
    public void EscapesWithoutNeedAreTakenOnlyWhereAnyAre(string text, string escaped)
    {
        var bytes = Encoding.UTF8.GetBytes(escaped + '"');
        Assert.True(Reads(table.Spelled(table.CodePoints(text), TextSpelling.JsonAny), bytes));
        Assert.False(Reads(table.Spelled(table.CodePoints(text), TextSpelling.JsonNeeded), bytes));
    }

    /// <summary>Bytes that are no text: spellings longer than needed, halves of pairs, what lies beyond the last code point.</summary>
    [Theory]
    [InlineData("C080")]
    [InlineData("C1BF")]
    [InlineData("E09FBF")]
    [InlineData("EDA080")]
    [InlineData("F08FBFBF")]
    [InlineData("F4908080")]
    [InlineData("F5")]
    [InlineData("80")]
    [InlineData("0A")]
    [InlineData("5C61")]
    [InlineData("5C7564633030")]
    [InlineData("5C75643833645C753030")]
    public void WhatIsNoTextLeadsNowhere(string bytes)
    {
        var language = table.Spelled(table.Anything, TextSpelling.JsonAny);
        foreach (var value in Convert.FromHexString(bytes))
            language = language.After(value, table);
        Assert.Same(table.Nothing, language);
    }

    /// <summary>Whatever bytes are taken, a text can be finished behind them: a mask never leads where nothing may come.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void EveryByteThatIsTakenCanBeFollowedToAnEnd(int number)
    {
        var spelling = (TextSpelling)number;
        var random = new Random(16 + number);
        foreach (var body in Bodies())
        {
            for (var i = 0; i < Thoroughness.Cases(2); i++)
            {
                var language = table.Spelled(body, spelling);
                for (var j = random.Next(12); j >= 0 && language != table.Nothing; j--)
                {
                    Assert.True(CanEnd(language), $"{spelling}: a dead end");
                    var live = Enumerable.Range(0, 256).Select(value => language.After(value, table)).Where(after => after != table.Nothing).ToList();
                    language = live.Count == 0 ? table.Nothing : live[random.Next(live.Count)];
                }
            }
        }
    }

    private IEnumerable<Language> Bodies()
    {
        yield return table.Anything;
        yield return table.CodePoints("a😀\"\n");
        yield return table.Complement(table.Text("a"));
        foreach (var pattern in new[] { "[^a]*", @"[\x00-\x1f""\\]*", @"\P{ASCII}{1,2}", "😀|é|a*", @"[\u{10000}-\u{10FFFF}]{0,3}", ".{0,3}", @"(?!.*a)[^]{0,4}", @"[^\u{1F600}]*😁?", @"\uD7FF|\uE000|\uFFFF|\u0800|\u07FF" })
            yield return EcmaPattern.Whole(pattern, table);
        yield return table.Intersection(EcmaPattern.Whole("(?:[ab]{2})*", table), EcmaPattern.Whole("(?:[ab]{3})*[^]?", table));
    }

    private bool Reads(Language language, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            // Of what is taken in the end every part is taken.
            if (language == table.Nothing)
                return false;
            language = language.After(bytes[i], table);
        }
        return language.IsNullable;
    }

    /// <summary>By all bytes, the shortest first.</summary>
    private bool CanEnd(Language start)
    {
        var met = new HashSet<Language> { start };
        var next = new Queue<Language>(met);
        while (next.TryDequeue(out var here))
        {
            if (here.IsNullable)
                return true;
            for (var value = 0; value < 256; value++)
            {
                if (here.After(value, table) is var after && after != table.Nothing && met.Add(after))
                    next.Enqueue(after);
            }
        }
        return false;
    }

    private static string RandomText(Random random) => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => char.ConvertFromUtf32(Points[random.Next(Points.Length)])));

    /// <summary>Between the quotes and with the last one.</summary>
    private static string Written(string text, Random random, bool escapesMore)
    {
        var written = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var simple = "\"\\\b\f\n\r\t".IndexOf((char)rune.Value, StringComparison.Ordinal);
            var mustEscape = rune.Value is < 0x20 or '"' or '\\';
            if (rune.IsBmp && simple >= 0 && random.Next(3) > 0)
                written.Append('\\').Append("\"\\bfnrt"[simple]);
            else if (rune.Value is '"' or '\\' && !escapesMore)
                written.Append('\\').Append((char)rune.Value);
            else if (escapesMore && rune.Value == '/')
                written.Append(@"\/");
            else if (mustEscape || (escapesMore && random.Next(2) == 0))
                written.Append(string.Concat(rune.ToString().Select(half => random.Next(2) == 0 ? $"\\u{(int)half:x4}" : $"\\u{(int)half:X4}")));
            else
                written.Append(rune.ToString());
        }
        return written.Append('"').ToString();
    }
}
