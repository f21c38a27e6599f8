using Temoto.Formats.Checkpoints;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>
/// The tensors a graph names, checked against the shapes it states. Matrices stay where they are mapped, but for packed ones that the plan wants plain and those it wants in panels; norms and biases, which are
/// small and used by element-wise kernels, are decoded to float32 once.
/// </summary>
internal sealed unsafe class BoundWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors = [];

    /// <summary>Vectors as floats.</summary>
    private readonly List<NativeBuffer> vectors = [];

    /// <summary>Of matrices laid out anew.</summary>
    private readonly TensorMemory laid;

    /// <summary>What weights are mapped from; none where they were copied.</summary>
    private readonly MappedFile[] files;

    /// <summary>When <see cref="RequireUnchangedLately"/> last found the files unchanged.</summary>
    private long unchangedTicks = -1;

    /// <param name="plan">Says which weights are laid out otherwise than they lie in the file.</param>
    public BoundWeights(EnginePlan plan, Checkpoint checkpoint, WorkerPool pool)
    {
        files = [.. plan.Graph.Weights.SelectMany(use => FilesOf(checkpoint.Require(use.Name, use.Shape.Span))).Distinct()];
        laid = new TensorMemory(LaidBytes(plan, checkpoint));
        try
        {
            RequireUnchanged();
            Bind(plan, checkpoint, pool);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void Bind(EnginePlan plan, Checkpoint checkpoint, WorkerPool pool)
    {
        foreach (var use in plan.Graph.Weights)
        {
            var tensor = checkpoint.Require(use.Name, use.Shape.Span);
            if (use.Shape.Count > 1)
            {
                tensors.Add(use.Name, AsPlanned(plan, tensor, checkpoint.Computed(use.Name), pool));
                continue;
            }
            var buffer = new NativeBuffer(tensor.ElementCount * sizeof(float));
            vectors.Add(buffer);
            BlockDecoder.DecodeRow(tensor, 0, buffer.Floats);
            tensors.Add(use.Name, new Tensor(use.Name, DType.F32, [tensor.ElementCount], buffer.Data, buffer.ByteLength, buffer));
        }
    }

    /// <summary>A matrix as it is multiplied: in panels, plain, or as it lies in the file.</summary>
    private Tensor AsPlanned(EnginePlan plan, Tensor stored, Tensor rows, WorkerPool pool)
    {
        var tensor = plan.InPanels.Contains(stored.Name) ? LaidPanels.Run(rows, pool, laid) : null;
        if (tensor is null && plan.Unpacked.Contains(stored.Name))
            tensor = UnpackRows.Run(rows, pool, laid);
        if (tensor is null)
            return rows;
        stored.ReleasePages();
        return tensor;
    }

    private static long LaidBytes(EnginePlan plan, Checkpoint checkpoint) =>
        plan.InPanels.Sum(name => TensorMemory.BytesOf(LaidPanels.BytesOf(checkpoint.Computed(name)))) + plan.Unpacked.Except(plan.InPanels).Sum(name => TensorMemory.BytesOf(UnpackRows.BytesOf(checkpoint.Computed(name))));

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

    /// <summary>In the order of their first use.</summary>
    public IEnumerable<Tensor> Matrices => tensors.Values.Where(tensor => tensor.Shape.Length > 1);

    /// <summary>A weight by its name: matrices in their own type, vectors as F32.</summary>
    public Tensor Of(string name) => tensors[name];

    public void Dispose()
    {
        foreach (var vector in vectors)
            vector.Dispose();
        laid.Dispose();
    }
}
