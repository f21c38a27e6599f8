using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>A matrix [outputs, inputs] whose elements are rounded to float16 one by one, by any number of threads.</summary>
internal sealed unsafe class HalfMatrix(long outputs, long inputs, NativeBuffer memory)
{
    private int overflows;

    /// <param name="owned">Gets the memory.</param>
    public static HalfMatrix New(long outputs, long inputs, List<IDisposable> owned)
    {
        var memory = new NativeBuffer(outputs * inputs * sizeof(ushort));
        owned.Add(memory);
        return new HalfMatrix(outputs, inputs, memory);
    }

    public void Set(long output, long input, float value)
    {
        var half = (Half)value;
        ((Half*)memory.Data)[output * inputs + input] = half;
        if (Half.IsInfinity(half))
            Volatile.Write(ref overflows, 1);
    }

    /// <returns>Null where float16 does not hold them all.</returns>
    public Tensor? ToTensor(string name) => overflows == 0 ? new Tensor(name, DType.F16, [outputs, inputs], memory.Data, outputs * inputs * sizeof(ushort), memory) : null;
}
