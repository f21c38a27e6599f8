namespace Temoto.Kernels;

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
}
