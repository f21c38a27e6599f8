using Temoto.Dataflow;
using Temoto.Formats;
using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>
/// The tensors a graph names, checked against the shapes it states. Matrices stay where they are mapped; norms and biases, which are
/// small and used by element-wise kernels, are decoded to float32 once.
/// </summary>
internal sealed unsafe class BoundWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> matrices = [];
    private readonly Dictionary<string, NativeBuffer> vectors = [];

    public BoundWeights(ModelGraph graph, Checkpoint checkpoint)
    {
        foreach (var use in graph.Weights)
        {
            var tensor = checkpoint.Require(use.Name, use.Shape);
            if (use.Shape.Length > 1)
            {
                matrices.Add(use.Name, tensor);
                continue;
            }
            var buffer = new NativeBuffer(tensor.ElementCount * sizeof(float));
            BlockDecoder.DecodeRow(tensor, 0, buffer.Floats);
            vectors.Add(use.Name, buffer);
        }
    }

    public Tensor Matrix(string name) => matrices[name];

    public float* Vector(string name) => vectors[name].Floats;

    public void Dispose()
    {
        foreach (var buffer in vectors.Values)
            buffer.Dispose();
    }
}
