using Temoto.Formats.Checkpoints;
using Temoto.Tensors;

namespace Temoto.Generation.Adapters;

/// <summary>adapter_model.safetensors: the tensors of each module that an adapter changes, by their part of the name.</summary>
internal sealed class LoraFile : IDisposable
{
    public const string FileName = "adapter_model.safetensors";

    /// <summary>[rank, in] and [out, rank].</summary>
    public const string A = ".lora_A.weight", B = ".lora_B.weight";

    /// <summary>[rank, vocabulary] and [width, rank].</summary>
    public const string EmbeddingA = ".lora_embedding_A", EmbeddingB = ".lora_embedding_B";

    /// <summary>[out]: what goes to the module's bias.</summary>
    public const string BBias = ".lora_B.bias";

    /// <summary>[out]: the lengths of the rows (DoRA).</summary>
    public const string Magnitude = ".lora_magnitude_vector";

    /// <summary>These take the place of the module's own.</summary>
    public const string Weight = ".weight", Bias = ".bias";

    private const string Front = "base_model.model.";
    private const string PickledName = "adapter_model.bin";

    /// <summary>The longest first: the last two end others as well.</summary>
    private static readonly string[] Parts = [A, B, EmbeddingA, EmbeddingB, BBias, Magnitude, Weight, Bias];

    private readonly SafetensorsFile file;
    private readonly SortedDictionary<string, Dictionary<string, Tensor>> modules = new(StringComparer.Ordinal);

    private LoraFile(SafetensorsFile file)
    {
        this.file = file;
        if (file.Unread.Count > 0)
            throw file.Unread.Values.First().Error();
        foreach (var (name, tensor) in file.Tensors)
        {
            var part = Array.Find(Parts, part => name.EndsWith(part, StringComparison.Ordinal));
            var module = part is null || !name.StartsWith(Front, StringComparison.Ordinal) || name.Length <= Front.Length + part.Length ? "" : name[Front.Length..^part.Length];
            // A module that is both changed and replaced keeps its own weights one step further in.
            if (part is Weight or Bias && module.EndsWith(".base_layer", StringComparison.Ordinal))
                module = module[..^".base_layer".Length];
            if (module.Length == 0 || module.Contains(".lora_", StringComparison.Ordinal) || module.EndsWith(".token_adapter", StringComparison.Ordinal))
                throw new InputException(Path, name, "a tensor of this name", $"{Front}MODULE with {string.Join(", ", Parts)} behind it", LoraConfig.Merge);
            if (tensor.DType is not (DType.F32 or DType.F16 or DType.BF16))
                throw new InputException(Path, name, TensorEntry.Describe(tensor.DType, tensor.Shape), "F32, F16 or BF16", "save the adapter in one of these types");
            if (!modules.TryGetValue(module, out var parts))
                modules.Add(module, parts = []);
            if (!parts.TryAdd(part!, tensor))
                throw new InputException(Path, name, "the same part of a module twice", "each once", "save the adapter again");
        }
        if (modules.Count == 0)
            throw new InputException(Path, null, "no tensors", $"those of an adapter ({A[1..]}, {B[1..]})", "download the adapter again");
    }

    public string Path => file.Path;

    /// <summary>The parts by the module's name in the base model.</summary>
    public IReadOnlyDictionary<string, Dictionary<string, Tensor>> Modules => modules;

    public static LoraFile Open(string folder)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        if (!File.Exists(path) && File.Exists(System.IO.Path.Combine(folder, PickledName)))
            throw new InputException(folder, null, $"only a pickled adapter ({PickledName}), which can run code when it is opened and is never read", FileName, "let peft write it again where you trust it (save_pretrained with safe_serialization=True)");
        var file = SafetensorsFile.Open(path);
        try
        {
            return new LoraFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => file.Dispose();
}
