using Temoto.Tensors;

namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    public override void RmsNorm(float* x, float* weight, float epsilon, float* y, int width)
    {
        var scale = 1 / MathF.Sqrt(Dot<F32Row>((byte*)x, x, width) / width + epsilon);
        var scales = TLanes.Broadcast(scale);
        var i = 0;
        for (; i + TLanes.Count <= width; i += TLanes.Count)
            TLanes.Store(TLanes.Multiply(TLanes.Load(weight + i), TLanes.Multiply(TLanes.Load(x + i), scales)), y + i);
        for (; i < width; i++)
            y[i] = weight[i] * (x[i] * scale);
    }

    public override void Rope(float* head, float* cosines, float* sines, int headDim, bool interleaved)
    {
        var half = headDim / 2;
        var i = 0;
        if (!interleaved)
        {
            for (; i + TLanes.Count <= half; i += TLanes.Count)
            {
                var a = TLanes.Load(head + i);
                var b = TLanes.Load(head + half + i);
                var cos = TLanes.Load(cosines + i);
                var sin = TLanes.Load(sines + i);
                TLanes.Store(TLanes.Subtract(TLanes.Multiply(a, cos), TLanes.Multiply(b, sin)), head + i);
                TLanes.Store(TLanes.MultiplyAdd(a, sin, TLanes.Multiply(b, cos)), head + half + i);
            }
        }
        ScalarKernelSet.RotatePairs(head, cosines, sines, headDim, interleaved, i);
    }

    public override void SiluMultiply(float* gate, float* up, long count)
    {
        var one = TLanes.Broadcast(1);
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            var g = TLanes.Load(gate + i);
            var e = Exp(TLanes.Subtract(TLanes.Zero, g));
            TLanes.Store(TLanes.Multiply(TLanes.Divide(g, TLanes.Add(one, e)), TLanes.Load(up + i)), gate + i);
        }
        for (; i < count; i++)
            gate[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
    }

    public override void Add(float* x, float* y, long count)
    {
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            TLanes.Store(TLanes.Add(TLanes.Load(x + i), TLanes.Load(y + i)), x + i);
        for (; i < count; i++)
            x[i] += y[i];
    }

    public override void RoundToGrid(float* x, float scale, float* y, long count)
    {
        var scales = TLanes.Broadcast(scale);
        var upper = TLanes.Broadcast(InputGrid.Limit);
        var lower = TLanes.Broadcast(-InputGrid.Limit);
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            var q = TLanes.Round(TLanes.Divide(TLanes.Load(x + i), scales));
            TLanes.Store(TLanes.Multiply(TLanes.Max(TLanes.Min(q, upper), lower), scales), y + i);
        }
        for (; i < count; i++)
            y[i] = Math.Clamp(MathF.Round(x[i] / scale, MidpointRounding.ToEven), -InputGrid.Limit, InputGrid.Limit) * scale;
    }

    public override float MaxMagnitude(float* x, long count)
    {
        var largest = TLanes.Zero;
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            largest = TLanes.Max(largest, TLanes.Abs(TLanes.Load(x + i)));
        var result = TLanes.MaxAcross(largest);
        for (; i < count; i++)
            result = MathF.Max(result, MathF.Abs(x[i]));
        return result;
    }
}
