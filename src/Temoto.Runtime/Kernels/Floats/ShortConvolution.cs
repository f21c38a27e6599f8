using System.Numerics;

namespace Temoto.Kernels.Floats;

/// <summary>
/// Convolutions of each column by itself over a few positions. Products and sums are rounded one after the other, from the oldest position to the newest, whatever the width of the registers: every
/// processor gives the same.
/// </summary>
internal static unsafe class ShortConvolution
{
    /// <summary>product[i] = a[i] * b[i].</summary>
    public static void Multiply(float* a, float* b, float* product, int count)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
            (Vector.Load(a + i) * Vector.Load(b + i)).Store(product + i);
        for (; i < count; i++)
            product[i] = a[i] * b[i];
    }

    /// <summary>output[i] = gate[i] * (sum over taps of weight[tap, i] * rows[tap][i] + bias[i]).</summary>
    /// <param name="rows">[taps] rows of <paramref name="width"/>, the oldest first; null for a row of zeros.</param>
    /// <param name="weight">[taps, width].</param>
    /// <param name="bias">[width], or null.</param>
    public static void Run(float** rows, int taps, float* weight, float* bias, float* gate, float* output, int width)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= width; i += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (var tap = 0; tap < taps; tap++)
            {
                if (rows[tap] is not null)
                    sum += Vector.Load(weight + (long)tap * width + i) * Vector.Load(rows[tap] + i);
            }
            if (bias is not null)
                sum += Vector.Load(bias + i);
            (Vector.Load(gate + i) * sum).Store(output + i);
        }
        for (; i < width; i++)
        {
            var sum = 0f;
            for (var tap = 0; tap < taps; tap++)
            {
                if (rows[tap] is not null)
                    sum += weight[(long)tap * width + i] * rows[tap][i];
            }
            output[i] = gate[i] * (bias is null ? sum : sum + bias[i]);
        }
    }
}
