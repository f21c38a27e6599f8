using Temoto.Formats.Checkpoints;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>The tensors of one layer as float32 that can be written to. Names are those of the checkpoint.</summary>
internal sealed unsafe class LayerWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors = [];
    private readonly List<NativeBuffer> buffers = [];

    public Tensor this[string name] => tensors[name];

    public bool Contains(string name) => tensors.ContainsKey(name);

    public float* Floats(string name) => (float*)tensors[name].Data;

    /// <summary>Decodes the named tensors.</summary>
    /// <exception cref="InputException">A weight is not finite.</exception>
    public static LayerWeights Load(Checkpoint source, IEnumerable<string> names, ParallelKernels compute)
    {
        var weights = new LayerWeights();
        foreach (var name in names)
        {
            var stored = source.Tensors[name];
            var floats = (float*)weights.Add(name, stored.Shape).Data;
            var finite = true;
            ParallelRows.Run(compute.Pool, stored.Rows, ParallelKernels.TileRows, (start, end, _) =>
            {
                for (var row = start; row < end; row++)
                {
                    var destination = floats + row * stored.Columns;
                    compute.Kernels.DecodeRow(stored, row, destination);
                    if (!AllFinite(new ReadOnlySpan<float>(destination, (int)stored.Columns)))
                        Volatile.Write(ref finite, false);
                }
            });
            if (finite)
                continue;
            weights.Dispose();
            throw new InputException(source.Path, name, "weights that are not finite", "numbers", "download the checkpoint again; NaN and infinity cannot be quantized");
        }
        return weights;
    }

    public LayerWeights Clone()
    {
        var clone = new LayerWeights();
        foreach (var (name, tensor) in tensors)
            Buffer.MemoryCopy(tensor.Data, clone.Add(name, tensor.Shape).Data, tensor.ByteLength, tensor.ByteLength);
        return clone;
    }

    public void Dispose()
    {
        foreach (var buffer in buffers)
            buffer.Dispose();
    }

    private static bool AllFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                return false;
        }
        return true;
    }

    private Tensor Add(string name, long[] shape)
    {
        var elements = shape.Aggregate(1L, (product, dimension) => product * dimension);
        var buffer = new NativeBuffer(elements * sizeof(float));
        var tensor = new Tensor(name, DType.F32, shape, buffer.Data, buffer.ByteLength, buffer);
        buffers.Add(buffer);
        tensors.Add(name, tensor);
        return tensor;
    }
}
