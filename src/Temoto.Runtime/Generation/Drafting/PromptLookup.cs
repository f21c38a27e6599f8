namespace Temoto.Generation.Drafting;

/// <summary>
/// Guesses how a text goes on from what it said before: where its last tokens stood earlier, the tokens behind them are the guess (Saxena, "Prompt Lookup Decoding", 2023). Earlier places of
/// the last two tokens are chained as LZ77 chains its matches, the latest first, so that a step looks at a bounded number of them.
/// </summary>
internal sealed class PromptLookup
{
    /// <summary>Tokens that must have stood together before.</summary>
    public const int LeastMatched = 2;

    /// <summary>More say no more about what follows.</summary>
    public const int MostMatched = 32;

    private const int MostCandidates = 32;

    private const int NoPlace = -1;

    private readonly int[] tokens;

    /// <summary>[tokens]: the place before with the same hash of a token and the one in front of it.</summary>
    private readonly int[] earlier;

    /// <summary>[hashes]: the latest place of each.</summary>
    private readonly int[] latest;

    /// <param name="capacity">Tokens of the longest text.</param>
    public PromptLookup(int capacity)
    {
        tokens = new int[capacity];
        earlier = new int[capacity];
        latest = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, capacity))];
        Array.Fill(latest, NoPlace);
    }

    /// <summary>Tokens of the text.</summary>
    public int Count { get; private set; }

    /// <summary>The text goes on; behind the capacity it is not looked at.</summary>
    public void Append(int token)
    {
        if (Count == tokens.Length)
            return;
        tokens[Count] = token;
        if (Count > 0)
        {
            ref var place = ref latest[Hash(Count)];
            earlier[Count] = place;
            place = Count;
        }
        Count++;
    }

    /// <summary>Writes what followed the earlier place at which most of the last tokens stood; a text that repeats itself goes on repeating.</summary>
    /// <param name="matched">How many of the last tokens stood there, at most <see cref="MostMatched"/>; 0 where there is no guess.</param>
    public void Guess(Span<int> guess, out int matched)
    {
        matched = 0;
        if (Count < LeastMatched || Count == tokens.Length)
            return;
        var last = Count - 1;
        var best = NoPlace;
        var place = earlier[last];
        for (var candidate = 0; candidate < MostCandidates && place > 0; candidate++, place = earlier[place])
        {
            var length = Matched(place, last);
            if (length <= matched)
                continue;
            (matched, best) = (length, place);
            if (length == MostMatched)
                break;
        }
        if (matched < LeastMatched)
        {
            matched = 0;
            return;
        }
        for (var i = 0; i < guess.Length; i++)
        {
            var source = best + 1 + i;
            guess[i] = source < Count ? tokens[source] : guess[source - Count];
        }
    }

    /// <summary>How many tokens up to one place are those up to another.</summary>
    private int Matched(int place, int last)
    {
        var length = 0;
        while (length < MostMatched && length <= place && tokens[place - length] == tokens[last - length])
            length++;
        return length;
    }

    private int Hash(int place) => (int)((uint)(tokens[place - 1] * 0x9E3779B1u + (uint)tokens[place]) * 0x85EBCA6Bu >> 8) & (latest.Length - 1);
}
