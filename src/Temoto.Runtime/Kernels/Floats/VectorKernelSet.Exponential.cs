using System.Runtime.CompilerServices;

namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    /// <summary>Where exp is 0 and where it is infinity, as float32.</summary>
    private const float ExpLowest = -105, ExpHighest = 89;

    /// <summary>
    /// exp(x) = 2^n exp(r), n the whole number nearest to x / ln 2, r = x - n ln 2 between -0.347 and 0.347: exp(r) = 1 + r + r^2 P(r). The polynomial P was fitted to the relative error of exp by weighted least
    /// squares (Lawson's iteration on Chebyshev nodes) and is off by 3.1e-9 at most; with the roundings of float32 the result is off by 1.5e-7. NaN stays NaN. (.NET's own widens to float64 and is a call:
    /// it took 5 times as long.)
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Exp(TVector x)
    {
        // ln 2 in two parts: the first has few enough bits for n times it to be exact.
        const float perLog2 = 1.44269504f, log2High = 0.693359375f, log2Low = -2.12194440e-4f;
        x = TLanes.Clamp(x, TLanes.Broadcast(ExpLowest), TLanes.Broadcast(ExpHighest));
        var n = TLanes.Round(TLanes.Multiply(x, TLanes.Broadcast(perLog2)));
        var r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-log2High), x);
        r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-log2Low), r);
        var p = TLanes.Broadcast(0.00138144672f);
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(0.00836878084f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(0.0416683927f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(0.166665196f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(0.49999994f));
        var one = TLanes.Broadcast(1);
        return TLanes.TimesPowerOfTwo(TLanes.MultiplyAdd(TLanes.Multiply(r, r), p, TLanes.Add(r, one)), n);
    }
}
