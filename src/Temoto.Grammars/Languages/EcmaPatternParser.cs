using System.Text;

namespace Temoto.Grammars.Languages;

/// <summary>Reads a pattern to its parts.</summary>
internal sealed class EcmaPatternParser
{
    private const int MostCharacters = 16_384, MostNesting = 100;

    private readonly EcmaPatternReader reader;
    private int nesting;

    private EcmaPatternParser(string pattern)
    {
        reader = new EcmaPatternReader(pattern);
    }

    public static EcmaPatternNode Parse(string pattern)
    {
        if (pattern.Length > MostCharacters)
            throw EcmaPatternReader.Refusal(pattern, $"{pattern.Length} characters", $"at most {MostCharacters}", "write a shorter pattern");
        var parser = new EcmaPatternParser(pattern);
        var node = parser.Choice();
        return parser.reader.IsAtEnd ? node : throw parser.reader.Refusal("a ) that closes nothing", "a ( before it", @"write \) for a parenthesis");
    }

    private EcmaPatternNode Choice()
    {
        var parts = new List<EcmaPatternNode> { Sequence() };
        while (reader.Take("|"))
            parts.Add(Sequence());
        return parts is [var only] ? only : new EcmaPatternNode.Choice(parts);
    }

    private EcmaPatternNode Sequence()
    {
        var parts = new List<EcmaPatternNode>();
        var text = new StringBuilder();
        while (!reader.IsAtEnd && reader.Next is not ('|' or ')'))
        {
            var (node, character) = Atom();
            if (Repeated(node) is var part && part == node && character is not null)
            {
                text.Append(character);
                continue;
            }
            AddText(parts, text);
            parts.Add(part);
        }
        AddText(parts, text);
        return parts is [var only] ? only : new EcmaPatternNode.Sequence(parts);
    }

    private static void AddText(List<EcmaPatternNode> parts, StringBuilder text)
    {
        if (text.Length > 0)
            parts.Add(new EcmaPatternNode.OfText(text.ToString()));
        text.Clear();
    }

    /// <summary>The next part that a quantifier could stand behind, or an assertion; the character, where it is one.</summary>
    private (EcmaPatternNode Node, string? Character) Atom()
    {
        if (reader.Take("^"))
            return (new EcmaPatternNode.Start(), null);
        if (reader.Take("$"))
            return (new EcmaPatternNode.End(), null);
        if (reader.Take("("))
            return (Group(), null);
        if (reader.Take("["))
            return (new EcmaPatternNode.OfPoints(EcmaClasses.Read(reader)), null);
        if (reader.Take("."))
            return (new EcmaPatternNode.OfPoints(EcmaClasses.NoLineEnds), null);
        if (reader.Next is '*' or '+' or '?' || Counts() is not null)
            throw reader.Refusal("a quantifier with nothing to repeat", "something before it", $"write \\{reader.Next} for the character");
        var (point, set) = reader.Take("\\") ? reader.TakeEscape() : (reader.TakePoint(), null);
        var isCharacter = set is null && point is < PointSet.FirstSurrogate or > PointSet.LastSurrogate;
        return (new EcmaPatternNode.OfPoints(set ?? EcmaClasses.One(point)), isCharacter ? char.ConvertFromUtf32(point) : null);
    }

    private EcmaPatternNode Group()
    {
        if (++nesting > MostNesting)
            throw reader.Refusal("groups nested too deep", $"at most {MostNesting}", "write a simpler pattern");
        var (isLook, isNegative) = GroupStart();
        var body = Choice();
        if (!reader.Take(")"))
            throw reader.Refusal("a group without its end", "a ) behind it", @"write \( for a parenthesis");
        nesting--;
        return isLook ? new EcmaPatternNode.LookAhead(body, isNegative) : body;
    }

    private (bool IsLook, bool IsNegative) GroupStart()
    {
        if (reader.Next != '?' || reader.Take("?:"))
            return (false, false);
        if (reader.Take("?="))
            return (true, false);
        if (reader.Take("?!"))
            return (true, true);
        if (reader.Rest is ['?', '<', '=' or '!', ..])
            throw reader.Refusal("a look-behind", "a pattern without one", "write what may stand there as part of the pattern");
        // Python's spelling names a group too.
        if ((reader.Take("?<") || reader.Take("?P<")) && reader.Rest.IndexOf('>') is var end and > 0 && IsName(reader.Rest[..end]))
        {
            reader.Skip(end + 1);
            return (false, false);
        }
        throw reader.Refusal("a group of another kind, such as one with flags", "(...), (?:...), (?<name>...), (?=...) or (?!...)", "write both cases of letters as [Aa] instead of a flag");
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
        {
            if (!char.IsLetterOrDigit(character) && character is not ('_' or '$'))
                return false;
        }
        return true;
    }

    /// <summary>With the quantifier that follows, if any.</summary>
    private EcmaPatternNode Repeated(EcmaPatternNode node)
    {
        if (Counts() is not var (least, most, characters))
            return node;
        reader.Skip(characters);
        if (most < least)
            throw reader.Refusal("a repeat whose most is below its least", "the lower number first", "put the numbers in order");
        // Lazy ones match the same texts. Possessive ones, which ECMA-262 does not have, do not.
        if (!reader.Take("?") && reader.Next == '+')
            throw reader.Refusal("a possessive quantifier", "one of ECMA-262", "leave out the + behind it");
        return new EcmaPatternNode.Repeat(node, least, most);
    }

    /// <summary>What the quantifier that comes next says, and how long it is. A brace that begins none is a character.</summary>
    private (int Least, int Most, int Characters)? Counts()
    {
        switch (reader.Next)
        {
            case '*':
                return (0, Language.NoEnd, 1);
            case '+':
                return (1, Language.NoEnd, 1);
            case '?':
                return (0, 1, 1);
            case '{':
                break;
            default:
                return null;
        }
        var start = reader.At;
        reader.Skip(1);
        var least = reader.TakeDigits();
        var hasComma = reader.Take(",");
        var most = hasComma ? reader.TakeDigits() : least;
        var isCounted = reader.Take("}") && (least.Length > 0 || most.Length > 0);
        var characters = reader.At - start;
        reader.Skip(-characters);
        if (!isCounted)
            return null;
        if (least.Length == 0)
            throw reader.Refusal("a repeat without its least number", "a number before the comma", $"write {{0,{most}}}");
        return (Number(least), most.Length == 0 ? Language.NoEnd : Number(most), characters);
    }

    private int Number(string digits) =>
        int.TryParse(digits, out var number) && number < Language.NoEnd ? number : throw reader.Refusal($"a repeat of {digits[..Math.Min(20, digits.Length)]} or more", "a smaller number", "leave the upper number out");
}
