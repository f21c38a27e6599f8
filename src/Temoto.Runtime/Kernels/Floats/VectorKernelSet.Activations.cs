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

    public override void Silu(float* x, long count, float slope = 1)
    {
        var slopes = TLanes.Broadcast(-slope);
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            var value = TLanes.Load(x + i);
            TLanes.Store(TimesSigmoid(value, TLanes.Multiply(value, slopes)), x + i);
        }
        for (; i < count; i++)
            x[i] /= 1 + MathF.Exp(-slope * x[i]);
    }

    /// <summary>0.5 (1 + tanh(u)) is 1 / (1 + exp(-2 u)).</summary>
    public override void GeluTanh(float* x, long count)
    {
        // -2 sqrt(2 / pi), and times 0.044715.
        const float linear = -1.5957691f, cubic = -0.071354816f;
        var linears = TLanes.Broadcast(linear);
        var cubics = TLanes.Broadcast(cubic);
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            var value = TLanes.Load(x + i);
            var factor = TLanes.MultiplyAdd(TLanes.Multiply(value, value), cubics, linears);
            TLanes.Store(TimesSigmoid(value, TLanes.Multiply(value, factor)), x + i);
        }
        for (; i < count; i++)
            x[i] /= 1 + MathF.Exp(x[i] * (linear + cubic * x[i] * x[i]));
    }

    /// <summary>tanh(u) = 1 - 2 / (exp(2 u) + 1): off by a rounding of 1, so that the result is off by one of the cap.</summary>
    public override void SoftCap(float* x, long count, float cap)
    {
        var one = TLanes.Broadcast(1);
        var two = TLanes.Broadcast(2);
        var caps = TLanes.Broadcast(cap);
        var slopes = TLanes.Broadcast(2 / cap);
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            var e = Exp(TLanes.Multiply(TLanes.Load(x + i), slopes));
            TLanes.Store(TLanes.Multiply(caps, TLanes.Subtract(one, TLanes.Divide(two, TLanes.Add(e, one)))), x + i);
        }
        for (; i < count; i++)
            x[i] = cap * MathF.Tanh(x[i] / cap);
    }

    /// <summary>Both sides of 0 in one sum: what the side of negative numbers gives for min(x, most) = most is taken off again where x is more than 0.</summary>
    public override void Xielu(float* x, long count, float positive, float negative, float slope, float most)
    {
        // Times the smallest number that matters it is more than 1.
        const float huge = 1e30f;
        var (positives, negatives, slopes) = (TLanes.Broadcast(positive), TLanes.Broadcast(negative), TLanes.Broadcast(slope));
        var (mosts, one, steep, takenOff) = (TLanes.Broadcast(most), TLanes.Broadcast(1), TLanes.Broadcast(huge), TLanes.Broadcast(-negative * (MathF.Exp(most) - 1)));
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            var value = TLanes.Load(x + i);
            var above = TLanes.Max(value, TLanes.Zero);
            var isAbove = TLanes.Min(TLanes.Multiply(above, steep), one);
            var left = TLanes.Subtract(TLanes.Subtract(Exp(TLanes.Min(value, mosts)), one), TLanes.Min(value, TLanes.Zero));
            var right = TLanes.MultiplyAdd(TLanes.Multiply(above, above), positives, TLanes.Multiply(isAbove, takenOff));
            TLanes.Store(TLanes.MultiplyAdd(left, negatives, TLanes.MultiplyAdd(value, slopes, right)), x + i);
        }
        base.Xielu(x + i, count - i, positive, negative, slope, most);
    }

    public override void Bound(float* gate, float* up, long count, float limit, float offset)
    {
        var (most, least, added) = (TLanes.Broadcast(limit), TLanes.Broadcast(-limit), TLanes.Broadcast(offset));
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Min(TLanes.Load(gate + i), most), gate + i);
            TLanes.Store(TLanes.Add(TLanes.Max(TLanes.Min(TLanes.Load(up + i), most), least), added), up + i);
        }
        base.Bound(gate + i, up + i, count - i, limit, offset);
    }

    public override void Multiply(float* x, float* y, long count)
    {
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            TLanes.Store(TLanes.Multiply(TLanes.Load(x + i), TLanes.Load(y + i)), x + i);
        for (; i < count; i++)
            x[i] *= y[i];
    }

    /// <summary>value / (1 + exp(exponent)).</summary>
    private static TVector TimesSigmoid(TVector value, TVector exponent) => TLanes.Divide(value, TLanes.Add(TLanes.Broadcast(1), Exp(exponent)));

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
            var density = Exp(TLanes.Multiply(TLanes.Multiply(a, a), half));
            var tail = TLanes.Multiply(TLanes.Multiply(p, t), density);
            TLanes.Store(TLanes.Subtract(TLanes.Max(value, TLanes.Zero), TLanes.Multiply(a, tail)), x + i);
        }
        for (; i < count; i++)
            x[i] *= (float)NormalDistribution.Cumulative(x[i]);
    }
}
