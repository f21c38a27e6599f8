namespace Temoto.Demo.Corpus;

/// <summary>SplitMix64: the same seed gives the same corpus on every machine and every .NET version.</summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong state = seed;

    /// <summary>
    /// Draw from the whole world: words, names, layouts and marks that were added when the held-out rows had been written. Those stay what they were, and so ask for more than ever.
    /// </summary>
    public bool Wide { get; init; }

    /// <summary>True in <paramref name="percent"/> of a hundred calls, where the world is the whole one; draws nothing where it is not.</summary>
    public bool WideChance(int percent) => Wide && Chance(percent);

    public ulong NextBits()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Uniform in [0, count); the bias of the remainder is below 2^-50 for the counts used here.</summary>
    public int Next(int count) => (int)((NextBits() >> 1) % (ulong)count);

    /// <summary>Uniform in [first, last], both ends included.</summary>
    public int Between(int first, int last) => first + Next(last - first + 1);

    /// <summary>True in <paramref name="percent"/> of a hundred calls.</summary>
    public bool Chance(int percent) => Next(100) < percent;

    /// <summary>Uniform in [0, 1).</summary>
    public double Fraction() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Next(choices.Count)];

    /// <summary>Some of the choices, in random order.</summary>
    public T[] PickSome<T>(IReadOnlyList<T> choices, int count)
    {
        var left = choices.ToList();
        var chosen = new T[Math.Min(count, left.Count)];
        for (var index = 0; index < chosen.Length; index++)
        {
            var at = Next(left.Count);
            chosen[index] = left[at];
            left.RemoveAt(at);
        }
        return chosen;
    }
}
