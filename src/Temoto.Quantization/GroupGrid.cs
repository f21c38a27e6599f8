using System.Runtime.CompilerServices;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// The integers that weights sharing a scale become: q = clamp(round(w / Scale) + Zero, Lowest, Highest), rounded to even, and back (q - Zero) * Scale.
/// The scale is the one that is stored (rounded to float16 unless it is the scale of a whole tensor), so that no later step rounds again.
/// </summary>
internal readonly struct GroupGrid
{
    /// <summary>AutoAWQ's smallest range of a group with a zero point: keeps the scale of an all-zero group above zero.</summary>
    private const float SmallestRange = 1e-5f;

    public readonly float Scale;
    public readonly int Zero;
    private readonly int lowest;
    private readonly int highest;

    private GroupGrid(float scale, int zero, int lowest, int highest)
    {
        Scale = scale;
        Zero = zero;
        this.lowest = lowest;
        this.highest = highest;
    }

    /// <summary>False where the scale is beyond float16.</summary>
    public bool IsFinite => float.IsFinite(Scale);

    /// <summary>The grid of a group with these smallest and largest weights.</summary>
    public static GroupGrid Fit(float smallest, float largest, WeightFormat format)
    {
        var nibbles = format.Type == DType.I4;
        if (format.ZeroPoints)
        {
            // Zero belongs to the range. As published it need not; a group of one sign would then be cut down to (almost) nothing.
            smallest = Math.Min(smallest, 0);
            largest = Math.Max(largest, 0);
            var (low, high) = nibbles ? (0, 15) : (-128, 127);
            var scale = Stored(Math.Max(largest - smallest, SmallestRange) / (high - low));
            return new GroupGrid(scale, Math.Clamp(low - (int)MathF.Round(smallest / scale), low, high), low, high);
        }
        var magnitude = Math.Max(-smallest, largest);
        if (format.PerTensor)
            return new GroupGrid(magnitude / 127, 0, -127, 127);
        return nibbles
            ? new GroupGrid(Stored(magnitude / 7), GroupScales.NibbleZero, GroupScales.NibbleZero - 7, GroupScales.NibbleZero + 7)
            : new GroupGrid(Stored(magnitude / 127), 0, -127, 127);
    }

    /// <summary>The grid of these weights.</summary>
    public static GroupGrid Fit(ReadOnlySpan<float> weights, WeightFormat format)
    {
        var (smallest, largest) = Range(weights);
        return Fit(smallest, largest, format);
    }

    public static (float Smallest, float Largest) Range(ReadOnlySpan<float> weights)
    {
        var smallest = float.PositiveInfinity;
        var largest = float.NegativeInfinity;
        foreach (var weight in weights)
        {
            smallest = Math.Min(smallest, weight);
            largest = Math.Max(largest, weight);
        }
        return (smallest, largest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Integer(float weight)
    {
        // A scale of zero belongs to weights that are all zero. The float is clamped first: integers would overflow at weight / scale above 2^31.
        var steps = Scale == 0 ? 0 : MathF.Round(weight / Scale);
        return (int)Math.Clamp(steps + Zero, lowest, highest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Value(int integer) => (integer - Zero) * Scale;

    /// <summary>What the weights are after a round trip; <paramref name="rounded"/> may be <paramref name="weights"/>.</summary>
    public void RoundTrip(ReadOnlySpan<float> weights, Span<float> rounded)
    {
        for (var i = 0; i < weights.Length; i++)
            rounded[i] = Value(Integer(weights[i]));
    }

    /// <summary>As float16 keeps it; no scale above zero becomes zero.</summary>
    private static float Stored(float scale)
    {
        var half = (Half)scale;
        return (float)(half == Half.Zero && scale > 0 ? Half.Epsilon : half);
    }
}
