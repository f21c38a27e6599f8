namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    public override void LayerNorm(float* x, float* weight, float* bias, float epsilon, float* y, int width)
    {
        var mean = Sum(x, width) / width;
        var means = TLanes.Broadcast(mean);
        var squares = TLanes.Zero;
        var i = 0;
        for (; i + TLanes.Count <= width; i += TLanes.Count)
        {
            var difference = TLanes.Subtract(TLanes.Load(x + i), means);
            squares = TLanes.MultiplyAdd(difference, difference, squares);
        }
        var total = TLanes.Sum(squares);
        for (; i < width; i++)
            total += (x[i] - mean) * (x[i] - mean);

        var scale = 1 / MathF.Sqrt(total / width + epsilon);
        var scales = TLanes.Broadcast(scale);
        for (i = 0; i + TLanes.Count <= width; i += TLanes.Count)
        {
            var normed = TLanes.Multiply(TLanes.Subtract(TLanes.Load(x + i), means), scales);
            var weights = weight is null ? TLanes.Broadcast(1) : TLanes.Load(weight + i);
            TLanes.Store(bias is null ? TLanes.Multiply(normed, weights) : TLanes.MultiplyAdd(normed, weights, TLanes.Load(bias + i)), y + i);
        }
        for (; i < width; i++)
            y[i] = (x[i] - mean) * scale * (weight is null ? 1 : weight[i]) + (bias is null ? 0 : bias[i]);
    }

    private static float Sum(float* x, int count)
    {
        var sums = TLanes.Zero;
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            sums = TLanes.Add(sums, TLanes.Load(x + i));
        var total = TLanes.Sum(sums);
        for (; i < count; i++)
            total += x[i];
        return total;
    }
}
