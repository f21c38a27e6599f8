namespace Temoto.Generation.Drafting;

/// <summary>
/// Guesses the next tokens of a text and how many of them are worth computing together with the last one: as many as make the most tokens a second, by what runs take here and by how often
/// guesses came true. With the probabilities p1, p2, ... that each comes true where those in front did, a run of k guesses yields 1 + p1 + p1 p2 + ... tokens.
/// </summary>
internal sealed class Drafter
{
    /// <summary>Guesses that promise less are not worth the trouble.</summary>
    private const double LeastGain = 1.05;

    private readonly PromptLookup lookup;
    private readonly Acceptance acceptance = new();
    private readonly int[] guess;
    private int matched;

    /// <summary>Tokens of the guess that came true so far; past its end once one did not.</summary>
    private int confirmed;

    /// <param name="capacity">Tokens of the longest text.</param>
    /// <param name="most">Guesses of one run.</param>
    public Drafter(int capacity, int most)
    {
        lookup = new PromptLookup(capacity);
        guess = new int[most];
        confirmed = most;
    }

    /// <summary>Tokens that were computed ahead, and how many of those were right.</summary>
    public int Drafted { get; private set; }

    /// <inheritdoc cref="Drafted"/>
    public int Accepted { get; private set; }

    /// <summary>A token of the prompt.</summary>
    public void AcceptPrompt(int token) => lookup.Append(token);

    /// <summary>A token that was drawn: judges the guess.</summary>
    public void Take(int token)
    {
        lookup.Append(token);
        if (confirmed >= guess.Length || matched == 0)
            return;
        var cameTrue = guess[confirmed] == token;
        acceptance.Add(matched + confirmed, cameTrue);
        confirmed = cameTrue ? confirmed + 1 : guess.Length;
    }

    /// <summary>Guesses to be computed behind the last token; empty where they would not pay.</summary>
    /// <param name="most">At most so many.</param>
    public ReadOnlySpan<int> Guess(RunSeconds seconds, int most)
    {
        lookup.Guess(guess, out matched);
        confirmed = 0;
        return matched == 0 ? [] : guess.AsSpan(0, Worth(seconds, Math.Min(most, guess.Length)));
    }

    /// <summary>A run of guesses has ended.</summary>
    public void Count(int drafted, int accepted) => (Drafted, Accepted) = (Drafted + drafted, Accepted + accepted);

    private int Worth(RunSeconds seconds, int most)
    {
        var alone = seconds.Of(1);
        if (alone == 0)
            return 0;
        double tokens = 1, reached = 1, best = LeastGain / alone;
        var worth = 0;
        for (var count = 1; count <= most && count < seconds.MostRows; count++)
        {
            reached *= acceptance.Of(matched + count - 1);
            tokens += reached;
            var rate = tokens / seconds.Of(count + 1);
            if (rate <= best)
                continue;
            (best, worth) = (rate, count);
        }
        return worth;
    }
}
