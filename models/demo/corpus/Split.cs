using System.Text;

namespace Temoto.Demo.Corpus;

/// <summary>Which half of the world a sentence may be made of. Wordings carry it in their tables; names and values by their hash.</summary>
internal enum Split
{
    Training,
    HeldOut,
}

/// <summary>Divides machine names and readings between training and held-out rows.</summary>
internal static class Splits
{
    /// <summary>One in eight texts is held out: FNV-1a over its UTF-8 bytes, folded, divisible by eight.</summary>
    public static Split Of(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ value) * 1099511628211UL;
        hash ^= hash >> 32;
        hash ^= hash >> 15;
        return hash % 8 == 0 ? Split.HeldOut : Split.Training;
    }

    /// <summary>Draws until the text lies in the wanted half.</summary>
    public static string Draw(Split split, Func<string> draw)
    {
        while (true)
        {
            var text = draw();
            if (Of(text) == split)
                return text;
        }
    }
}
