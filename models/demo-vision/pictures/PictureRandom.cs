using System.Numerics;

namespace Temoto.Demo.Pictures;

/// <summary>
/// SplitMix64. Everything is made with additions, products, quotients and square roots, which IEEE 754 rounds in one way: the same seed gives the same pictures on every machine.
/// </summary>
internal sealed class PictureRandom
{
    private ulong state;

    /// <summary>The seed is mixed once: neighbouring seeds do not share a piece of the sequence.</summary>
    public PictureRandom(ulong seed)
    {
        state = seed;
        state = NextBits();
    }

    public ulong NextBits()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Uniform in [0, count).</summary>
    public int Next(int count) => (int)((NextBits() >> 1) % (ulong)count);

    /// <summary>Uniform in [low, high).</summary>
    public float Between(float low, float high) => low + (high - low) * ((NextBits() >> 40) * (1f / (1 << 24)));

    public bool Chance(int percent) => Next(100) < percent;

    /// <summary>Mean 0, variance 1: the sum of twelve uniform numbers is near enough to normal for noise.</summary>
    public float Normal()
    {
        var sum = -6f;
        for (var i = 0; i < 12; i++)
            sum += Between(0, 1);
        return sum;
    }

    /// <summary>A unit vector of any direction.</summary>
    public Vector2 Direction()
    {
        while (true)
        {
            var (x, y) = (Between(-1, 1), Between(-1, 1));
            var square = x * x + y * y;
            if (square is > 0.01f and < 1)
            {
                var length = MathF.Sqrt(square);
                return new Vector2(x / length, y / length);
            }
        }
    }

    /// <summary>Red, green and blue, each uniform in [low, high).</summary>
    public Vector3 Color(float low, float high) => new(Between(low, high), Between(low, high), Between(low, high));
}
