using System.Numerics;
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
        var i = 0;
        if (weights.Length >= Vector<float>.Count)
        {
            var low = new Vector<float>(smallest);
            var high = new Vector<float>(largest);
            for (; i + Vector<float>.Count <= weights.Length; i += Vector<float>.Count)
            {
                var values = new Vector<float>(weights[i..]);
                low = Vector.Min(low, values);
                high = Vector.Max(high, values);
            }
            for (var lane = 0; lane < Vector<float>.Count; lane++)
            {
                smallest = Math.Min(smallest, low[lane]);
                largest = Math.Max(largest, high[lane]);
            }
        }
        for (; i < weights.Length; i++)
        {
            smallest = Math.Min(smallest, weights[i]);
            largest = Math.Max(largest, weights[i]);
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

    /// <summary>
    /// What the weights are after a round trip; <paramref name="rounded"/> may be <paramref name="weights"/>. Whole registers take the same steps as single weights
    /// (whole numbers below 2^24 are exact), so the result is that of <see cref="Integer"/> bit for bit.
    /// </summary>
    public void RoundTrip(ReadOnlySpan<float> weights, Span<float> rounded)
    {
        var i = 0;
        if (Scale != 0)
        {
            var scale = new Vector<float>(Scale);
            var zero = new Vector<float>(Zero);
            var low = new Vector<float>(lowest);
            var high = new Vector<float>(highest);
            for (; i + Vector<float>.Count <= weights.Length; i += Vector<float>.Count)
            {
                var steps = Vector.Round(new Vector<float>(weights[i..]) / scale);
                var integers = Vector.Min(Vector.Max(steps + zero, low), high);
                ((integers - zero) * scale).CopyTo(rounded[i..]);
            }
        }
        for (; i < weights.Length; i++)
            rounded[i] = Value(Integer(weights[i]));
    }

    /// <summary>As float16 keeps it; no scale above zero becomes zero.</summary>
    private static float Stored(float scale)
    {
        var half = (Half)scale;
        return (float)(half == Half.Zero && scale > 0 ? Half.Epsilon : half);
    }
}
