namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    public override void Relu(float* x, long count)
    {
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            TLanes.Store(TLanes.Max(TLanes.Load(x + i), TLanes.Zero), x + i);
        for (; i < count; i++)
            x[i] = MathF.Max(x[i], 0);
    }

    /// <summary>
    /// max(x, 0) - |x| Q(|x|), which needs the upper tail Q of positive numbers alone. Q(a) = exp(-a^2 / 2) P(1 / (1 + 0.31 a)); the polynomial P was fitted to the
    /// relative error of Q on [0, 14] by weighted least squares (Lawson's iteration on Chebyshev nodes) and is off by 1.7e-7 at most.
    /// </summary>
    public override void Gelu(float* x, long count)
    {
        var one = TLanes.Broadcast(1);
        var slope = TLanes.Broadcast(0.31f);
        var half = TLanes.Broadcast(-0.5f);
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            var value = TLanes.Load(x + i);
            var a = TLanes.Abs(value);
            var t = TLanes.Divide(one, TLanes.MultiplyAdd(a, slope, one));
            var p = TLanes.Broadcast(0.035841945f);
            p = TLanes.MultiplyAdd(p, t, TLanes.Broadcast(-0.14160545f));
            p = TLanes.MultiplyAdd(p, t, TLanes.Broadcast(0.15506928f));
            p = TLanes.MultiplyAdd(p, t, TLanes.Broadcast(-0.014904625f));
            p = TLanes.MultiplyAdd(p, t, TLanes.Broadcast(0.11011075f));
            p = TLanes.MultiplyAdd(p, t, TLanes.Broadcast(0.10777092f));
            p = TLanes.MultiplyAdd(p, t, TLanes.Broadcast(0.12406037f));
            p = TLanes.MultiplyAdd(p, t, TLanes.Broadcast(0.12365691f));
            var density = TLanes.Exp(TLanes.Multiply(TLanes.Multiply(a, a), half));
            var tail = TLanes.Multiply(TLanes.Multiply(p, t), density);
            TLanes.Store(TLanes.Subtract(TLanes.Max(value, TLanes.Zero), TLanes.Multiply(a, tail)), x + i);
        }
        for (; i < count; i++)
            x[i] *= (float)NormalDistribution.Cumulative(x[i]);
    }
}
