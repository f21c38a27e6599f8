using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>The tensors of a quantized checkpoint, sorted into linear layers, each of several tensors, and all others.</summary>
internal sealed class LinearModules
{
    private const string Next = "check that config.json and weights belong together, or download the checkpoint again";

    private readonly IReadOnlyDictionary<string, Tensor> tensors;
    private readonly HashSet<string> taken = [];

    /// <param name="parts">The ends of names of what takes the place of a matrix.</param>
    /// <exception cref="InputException">Such a part cannot be read.</exception>
    public LinearModules(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, UnreadTensor> unread, params ReadOnlySpan<string> parts)
    {
        (Path, this.tensors) = (path, tensors);
        foreach (var (name, tensor) in unread)
        {
            foreach (var part in parts)
            {
                if (name.EndsWith(part, StringComparison.Ordinal))
                    throw tensor.Error();
            }
        }
    }

    /// <summary>Of the checkpoint, for error lines.</summary>
    public string Path { get; }

    /// <summary>The names of layers that have such a part, without its end.</summary>
    public IEnumerable<string> With(string part) => tensors.Keys.Where(name => name.EndsWith(part, StringComparison.Ordinal)).Select(name => name[..^part.Length]);

    public bool Has(string module, string part) => tensors.ContainsKey(module + part);

    public bool HasOf(string module, string part, DType type) => tensors.TryGetValue(module + part, out var tensor) && tensor.DType == type;

    /// <summary>A part of a layer; it is taken from the others.</summary>
    /// <param name="rank">Null for any.</param>
    public Tensor Take(string module, string part, int? rank, params ReadOnlySpan<DType> types)
    {
        var tensor = TakeAny(module, part) ?? throw new InputException(Path, module + part, "no such tensor", $"a part of the quantized layer {module}", Next);
        return (rank ?? tensor.Shape.Length) == tensor.Shape.Length && types.Contains(tensor.DType) && tensor.Encoded is null && tensor.Scales is null ? tensor : throw Wrong(tensor, $"{rank ?? tensor.Shape.Length} dimension(s) of {string.Join(" or ", types.ToArray())}");
    }

    /// <summary>A part that is not looked at; null where there is none.</summary>
    public Tensor? TakeAny(string module, string part)
    {
        taken.Add(module + part);
        return tensors.GetValueOrDefault(module + part);
    }

    /// <summary>The new matrices and all that was not taken.</summary>
    public Dictionary<string, Tensor> Result(IReadOnlyCollection<Tensor> matrices)
    {
        if (matrices.Count == 0)
            throw new InputException(Path, QuantizationConfig.Key, "no quantized tensor", "weights as quant_method has them", Next);
        var result = tensors.Where(tensor => !taken.Contains(tensor.Key)).ToDictionary();
        foreach (var matrix in matrices)
        {
            if (!result.TryAdd(matrix.Name, matrix))
                throw new InputException(Path, matrix.Name, "a plain weight beside a quantized one", "one of the two", Next);
        }
        return result;
    }

    public InputException Wrong(Tensor tensor, string expected) => new(Path, tensor.Name, TensorEntry.Describe(tensor.DType, tensor.Shape), expected, Next);
}
