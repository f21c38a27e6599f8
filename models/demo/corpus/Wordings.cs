using System.Text;

namespace Temoto.Demo.Corpus;

/// <summary>
/// Ways to say one thing: those the model is trained on, and those kept for the held-out rows. Each is a pattern: <c>[a|b|]</c> stands for one of
/// its parts, the last one empty here, and parts may nest. One pattern so stands for dozens of sentences.
/// </summary>
internal sealed record Wordings(string[] Training, string[] HeldOut)
{
    public string Pick(SeededRandom random, Split split) => Expand(random, random.Pick(split == Split.Training ? Training : HeldOut));

    /// <summary>One of the pattern's sentences.</summary>
    public static string Expand(SeededRandom random, string pattern)
    {
        var at = 0;
        var text = new StringBuilder();
        Append(random, pattern, ref at, text);
        return text.ToString();
    }

    /// <summary>Appends up to the bar or bracket that ends this part.</summary>
    private static void Append(SeededRandom random, string pattern, ref int at, StringBuilder text)
    {
        while (at < pattern.Length && pattern[at] is not ('|' or ']'))
        {
            if (pattern[at] != '[')
            {
                text.Append(pattern[at++]);
                continue;
            }
            var parts = new List<string>();
            do
            {
                at++;
                var part = new StringBuilder();
                Append(random, pattern, ref at, part);
                parts.Add(part.ToString());
            }
            while (pattern[at] == '|');
            at++;
            text.Append(random.Pick(parts));
        }
    }
}
