using Temoto.Dataflow;
using Temoto.Formats.Checkpoints;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>
/// The tensors a graph names, checked against the shapes it states. Matrices stay where they are mapped, but for packed ones that the plan wants plain; norms and biases, which are
/// small and used by element-wise kernels, are decoded to float32 once.
/// </summary>
internal sealed unsafe class BoundWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> matrices = [];
    private readonly Dictionary<string, NativeBuffer> vectors = [];
    private readonly List<NativeBuffer> unpacked = [];

    /// <summary>What weights are mapped from; none where they were copied.</summary>
    private readonly MappedFile[] files;

    /// <summary>When <see cref="RequireUnchangedLately"/> last found the files unchanged.</summary>
    private long unchangedTicks = -1;

    /// <param name="toUnpack">Packed weights to lay out plain.</param>
    public BoundWeights(ModelGraph graph, Checkpoint checkpoint, IReadOnlySet<string> toUnpack, WorkerPool pool)
    {
        files = [.. graph.Weights.SelectMany(use => FilesOf(checkpoint.Require(use.Name, use.Shape))).Distinct()];
        try
        {
            RequireUnchanged();
            Bind(graph, checkpoint, toUnpack, pool);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void Bind(ModelGraph graph, Checkpoint checkpoint, IReadOnlySet<string> toUnpack, WorkerPool pool)
    {
        foreach (var use in graph.Weights)
        {
            var tensor = checkpoint.Require(use.Name, use.Shape);
            if (use.Shape.Length > 1)
            {
                if (toUnpack.Contains(use.Name))
                {
                    tensor = UnpackRows.Run(tensor, pool, out var memory);
                    unpacked.Add(memory);
                }
                matrices.Add(use.Name, tensor);
                continue;
            }
            var buffer = new NativeBuffer(tensor.ElementCount * sizeof(float));
            BlockDecoder.DecodeRow(tensor, 0, buffer.Floats);
            vectors.Add(use.Name, buffer);
        }
    }

    /// <summary>To be asked before weights are read: see <see cref="MappedFile.RequireUnchanged"/>.</summary>
    /// <exception cref="InputException">A file was changed in place since it was opened.</exception>
    public void RequireUnchanged()
    {
        foreach (var file in files)
            file.RequireUnchanged();
    }

    /// <summary>As <see cref="RequireUnchanged"/>, once in a tick of the system's clock, which is some milliseconds: for runs of one token, which may take less than asking.</summary>
    public void RequireUnchangedLately()
    {
        var now = Environment.TickCount64;
        if (now == unchangedTicks)
            return;
        RequireUnchanged();
        unchangedTicks = now;
    }

    private static IEnumerable<MappedFile> FilesOf(Tensor tensor) =>
        new[] { tensor.File, tensor.Scales?.Scales.File, tensor.Scales?.Zeros?.File }.OfType<MappedFile>();

    public Tensor Matrix(string name) => matrices[name];

    public float* Vector(string name) => vectors[name].Floats;

    public void Dispose()
    {
        foreach (var buffer in vectors.Values)
            buffer.Dispose();
        foreach (var memory in unpacked)
            memory.Dispose();
    }
}
