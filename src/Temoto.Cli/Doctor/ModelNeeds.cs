using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Cli.Doctor;

/// <summary>A checkpoint that is looked at, not loaded.</summary>
internal sealed class ModelNeeds : IDisposable
{
    private readonly Checkpoint checkpoint;
    private readonly EnginePlan plan;

    private ModelNeeds(Checkpoint checkpoint, EnginePlan plan)
    {
        this.checkpoint = checkpoint;
        this.plan = plan;
    }

    /// <exception cref="InputException">No model, or one that cannot be run.</exception>
    public static ModelNeeds Open(string path, ModelOptions options)
    {
        var checkpoint = CheckpointReader.Open(path);
        try
        {
            return new ModelNeeds(checkpoint, new EnginePlan(checkpoint, options));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>What it needs, and how fast the machine can be at best.</summary>
    public ModelFindings On(MachineFindings machine)
    {
        // Pictures have no tokens one after the other.
        long? tokenBytes = checkpoint.Config.Vision is null ? plan.DecodeFigures.BytesPerToken(0) : null;
        return new ModelFindings(
            checkpoint.Path,
            checkpoint.Format,
            checkpoint.Config.ModelType,
            checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount),
            plan.Memory,
            [.. Products().GroupBy(product => (product.Type, product.How)).Select(group => new ProductFindings(group.Key.Type, group.Key.How, group.Count(), group.Sum(product => product.Bytes))).OrderByDescending(row => row.Bytes)],
            tokenBytes,
            machine.ReadBytesPerSecond / tokenBytes);
    }

    /// <summary>Each matrix once: how it meets activations.</summary>
    private IEnumerable<(DType Type, string How, long Bytes)> Products() =>
        plan.Graph.Ops.SelectMany(op => op.Products).DistinctBy(product => product.Weight).Select(product =>
            (checkpoint.Tensors[product.Weight].DType, How(product.Weight, product.Input), checkpoint.Tensors[product.Weight].StoredBytes));

    private string How(string name, Value input) =>
        !input.IsQuantized ? "products of floats"
        : plan.InPanels.Contains(name) ? "products of integers, laid out in panels at load"
        : plan.Unpacked.Contains(name) ? "products of integers, unpacked at load"
        : "products of integers, as stored";

    public void Dispose() => checkpoint.Dispose();
}

/// <summary>What a model needs.</summary>
/// <param name="TokenBytes">Read for a token at the beginning of a text; computed. Null of a model that looks at pictures.</param>
/// <param name="MostTokensPerSecond">What memory lets through of them; computed.</param>
internal sealed record ModelFindings(
    string Path, string Format, string ModelType, long Parameters, MemoryPlan Memory, IReadOnlyList<ProductFindings> Products, long? TokenBytes, double? MostTokensPerSecond)
{
    public bool Fits => Memory.TotalBytes <= Memory.AvailableBytes;
}

/// <summary>Matrices of a type that are multiplied alike.</summary>
internal sealed record ProductFindings(DType Type, string How, int Matrices, long Bytes);
