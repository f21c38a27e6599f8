namespace Temoto.Generation;

/// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): small, and the same in every release of .NET, so that a seed keeps its text.</summary>
internal struct RandomSource(ulong seed)
{
    private ulong state = seed;

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53));
    }
}
