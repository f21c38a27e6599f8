using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Formats.Tokenizers;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Generation.Adapters;

/// <summary>
/// A checkpoint with a LoRA adapter merged into it. Only the matrices that the adapter changes are copied; what it replaces is mapped from its own file, everything else from where it was.
/// </summary>
internal sealed unsafe class AdaptedCheckpoint
{
    private const string EmbeddingEnd = "embed_tokens.weight";
    private const string HeadModule = "lm_head";

    private readonly Checkpoint source;
    private readonly LoraFile file;
    private readonly LoraConfig config;
    private readonly Dictionary<string, Tensor> tensors;
    private readonly List<IDisposable> memory = [];
    private int merged;
    private int replaced;
    private bool tied;

    private AdaptedCheckpoint(Checkpoint source, LoraFile file, LoraConfig config)
    {
        (this.source, this.file, this.config) = (source, file, config);
        tensors = source.Tensors.ToDictionary();
        tied = source.Config.TieWordEmbeddings;
    }

    /// <summary>Opens a model, and merges the adapter into it where there is one.</summary>
    /// <param name="adapter">Its folder, or its adapter_model.safetensors; null for none.</param>
    public static Checkpoint Open(string path, string? adapter)
    {
        if (adapter is null)
            return CheckpointReader.Open(path);
        // The small file first: most mistakes are found there.
        var folder = FolderOf(adapter);
        var config = LoraConfig.Read(folder);
        var file = LoraFile.Open(folder);
        Checkpoint? source = null;
        AdaptedCheckpoint? result = null;
        try
        {
            source = CheckpointReader.Open(path);
            result = new AdaptedCheckpoint(source, file, config);
            return result.Merge(folder);
        }
        catch
        {
            result?.memory.ForEach(buffer => buffer.Dispose());
            source?.Dispose();
            file.Dispose();
            throw;
        }
    }

    private string Next => config.BaseModel is null ? "name the base model that the adapter was made for" : $"name the base model that the adapter was made for ('{config.BaseModel}')";

    /// <summary>The folder that holds an adapter's files.</summary>
    public static string FolderOf(string adapter)
    {
        var path = ModelFolder.Follow(adapter);
        if (File.Exists(path) && Path.GetFileName(path) == LoraFile.FileName)
            path = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (Directory.Exists(path) && File.Exists(Path.Combine(path, LoraConfig.FileName)))
            return path;
        var found = File.Exists(path) ? "a file" : Directory.Exists(path) ? $"a folder without {LoraConfig.FileName}" : "no such folder";
        throw new InputException(adapter.Length == 0 ? "ModelOptions.Adapter" : adapter, null, found, $"the folder of a LoRA adapter: {LoraConfig.FileName} and {LoraFile.FileName}, as PEFT writes them", "check the path");
    }

    private Checkpoint Merge(string folder)
    {
        Untie();
        config.BeginMatching(file.Modules.Keys.Sum(module => module.Length));
        foreach (var (module, parts) in file.Modules)
        {
            Replace(module, parts);
            Merge(module, parts);
        }
        var tokenizer = TokenizerFiles.Read(folder);
        var template = TokenizerFiles.ReadChatTemplate(folder);
        var notes = new List<string> { $"adapter: {folder}: {merged} tensors merged, {replaced} replaced" };
        if (tokenizer is not null || template is not null)
            notes.Add($"adapter: {(tokenizer is null ? "chat template" : template is null ? "tokenizer" : "tokenizer and chat template")} taken from its folder");
        return source.Merged(ConfigOf(), tensors, [file, .. memory], notes, tokenizer, template);
    }

    /// <summary>
    /// Tied embeddings are two modules to an adapter: it changes the one it names, and the other keeps the weights of the base model. Where its maker had them tied, the head follows.
    /// </summary>
    private void Untie()
    {
        if (!tied || tensors.Keys.FirstOrDefault(name => name.EndsWith(EmbeddingEnd, StringComparison.Ordinal)) is not { } embedding)
            return;
        var changesEmbedding = file.Modules.Keys.Any(module => Find(module + LoraFile.Weight) == embedding);
        if (!file.Modules.ContainsKey(HeadModule) && (!changesEmbedding || config.TiesHead))
            return;
        tied = false;
        tensors[HeadModule + LoraFile.Weight] = tensors[embedding].Renamed(HeadModule + LoraFile.Weight);
    }

    /// <summary>The vocabulary may have grown with the adapter.</summary>
    private ModelConfig ConfigOf()
    {
        var rows = source.Config.VocabSize;
        if (tensors.Keys.FirstOrDefault(name => name.EndsWith(EmbeddingEnd, StringComparison.Ordinal)) is { } embedding)
        {
            rows = (int)tensors[embedding].Rows;
            if (!tied && tensors.TryGetValue(HeadModule + LoraFile.Weight, out var head) && head.Rows != rows)
                throw new InputException(file.Path, head.Name, $"{head.Rows} rows", $"the {rows} of {embedding}", Next);
        }
        return source.Config with { VocabSize = rows, TieWordEmbeddings = tied };
    }

    private void Replace(string module, Dictionary<string, Tensor> parts)
    {
        foreach (var part in new[] { LoraFile.Weight, LoraFile.Bias })
        {
            if (!parts.TryGetValue(part, out var tensor))
                continue;
            var name = Require(module, part, tensor);
            var own = tensors[name];
            var mayGrow = (name.EndsWith(EmbeddingEnd, StringComparison.Ordinal) || name == HeadModule + LoraFile.Weight) && tensor.Shape.Length == 2 && tensor.Shape[0] is > 0 and <= ModelLimits.VocabSize;
            if (!tensor.Shape.AsSpan().SequenceEqual(own.Shape) && !(mayGrow && tensor.Shape[1] == own.Columns))
                throw Wrong(tensor, $"[{string.Join(", ", own.Shape)}], the shape of {name}");
            tensors[name] = Reordered(tensor.Renamed(name));
            replaced++;
        }
    }

    private void Merge(string module, Dictionary<string, Tensor> parts)
    {
        var isEmbedding = parts.ContainsKey(LoraFile.EmbeddingA) || parts.ContainsKey(LoraFile.EmbeddingB);
        var (partA, partB) = isEmbedding ? (LoraFile.EmbeddingA, LoraFile.EmbeddingB) : (LoraFile.A, LoraFile.B);
        var (a, b) = (parts.GetValueOrDefault(partA), parts.GetValueOrDefault(partB));
        if ((a ?? b ?? parts.GetValueOrDefault(LoraFile.Magnitude) ?? parts.GetValueOrDefault(LoraFile.BBias)) is not { } any)
            return;
        if (a is null || b is null)
            throw new InputException(file.Path, any.Name, $"it without {(a is null ? partA : partB)[1..]}", "both", "download the adapter again");
        var name = Require(module, LoraFile.Weight, a);
        var weight = tensors[name];
        if (weight.Scales is not null || weight.Encoded is not null || weight.DType is not (DType.F32 or DType.F16 or DType.BF16))
            throw new InputException(source.Path, name, $"quantized weights ({weight.DType})", "F32, F16 or BF16, into which an adapter can be merged", "name the float checkpoint it was made from; temoto pack FLOAT --adapter ADAPTER quantizes the two together");
        if (weight.Shape is not [var rows, var columns])
            throw Wrong(a, $"no change of {name}, which is {weight.DType} [{string.Join(", ", weight.Shape)}] and no matrix");
        var rank = config.RankOf(module);
        Require(a, $"r {rank} x {name}", rank, isEmbedding ? rows : columns);
        Require(b, $"{name} x r {rank}", isEmbedding ? columns : rows, rank);
        var magnitude = parts.GetValueOrDefault(LoraFile.Magnitude);
        if (magnitude is null == config.UsesDora)
            throw new InputException(file.Path, magnitude?.Name ?? a.Name, magnitude is null ? $"it without {LoraFile.Magnitude[1..]}" : "lengths of rows", $"{(magnitude is null ? "both" : "none")}, as use_dora of {LoraConfig.FileName} says", "download the adapter again");
        if (magnitude is not null && isEmbedding)
            throw new InputException(file.Path, magnitude.Name, "DoRA of an embedding", "DoRA of linear layers", LoraConfig.Merge);
        if (magnitude is not null)
            Require(magnitude, $"rows of {name}", rows);
        Add(weight, a, b, isEmbedding, magnitude, config.ScaleOf(module));
        if (parts.TryGetValue(LoraFile.BBias, out var bias))
            AddBias(module, bias, rows, config.ScaleOf(module));
    }

    private void Add(Tensor weight, Tensor a, Tensor b, bool isEmbedding, Tensor? magnitude, float scale)
    {
        using var update = new LowRankUpdate(a, b, isEmbedding, magnitude, scale);
        var copy = NewMemory(weight.ByteLength);
        update.Add(weight, HuggingFaceLayout.RowOrder(source.Config, weight.Name), copy.Data);
        if (update.Overflown is { } row)
            throw new InputException(file.Path, a.Name, $"a change that takes row {row} of {weight.Name} beyond float16", "values below 65520", "use a base model in BF16 or F32");
        tensors[weight.Name] = weight.At(copy.Data, copy, null);
        merged++;
    }

    /// <summary>A bias of the second matrix is one of the module, scaled alike.</summary>
    private void AddBias(string module, Tensor change, long rows, float scale)
    {
        Require(change, $"rows of {module}", rows);
        var bias = tensors[Require(module, LoraFile.Bias, change)];
        // A column of changes by a row of one: the same sum as for a matrix.
        var column = new Tensor(bias.Name, bias.DType, [rows, 1], bias.Data, bias.ByteLength, bias);
        using var one = new NativeBuffer(sizeof(float));
        *one.Floats = 1;
        var unit = new Tensor(change.Name, DType.F32, [1, 1], one.Data, sizeof(float), one);
        using var update = new LowRankUpdate(unit, new Tensor(change.Name, change.DType, [rows, 1], change.Data, change.ByteLength, change), isEmbedding: false, magnitude: null, scale);
        var copy = NewMemory(bias.ByteLength);
        update.Add(column, HuggingFaceLayout.RowOrder(source.Config, bias.Name), copy.Data);
        tensors[bias.Name] = bias.At(copy.Data, copy, null);
        merged++;
    }

    /// <summary>Rows where the base model's file has them.</summary>
    private Tensor Reordered(Tensor tensor)
    {
        if (HuggingFaceLayout.RowOrder(source.Config, tensor.Name) is not { } order)
            return tensor;
        var copy = NewMemory(tensor.ByteLength);
        var rows = tensor.Shape[0];
        var rowBytes = tensor.ByteLength / rows;
        for (long row = 0; row < rows; row++)
            Buffer.MemoryCopy(tensor.Data + row * rowBytes, copy.Data + order(row) * rowBytes, rowBytes, rowBytes);
        return tensor.At(copy.Data, copy, null);
    }

    private NativeBuffer NewMemory(long byteLength)
    {
        var buffer = new NativeBuffer(byteLength);
        buffer.PreferLargePages();
        memory.Add(buffer);
        return buffer;
    }

    /// <summary>A tensor's name in the base model, which may have been saved without its head.</summary>
    private string? Find(string name) => tensors.ContainsKey(name) ? name : tensors.ContainsKey(ModelType.NamePrefix + name) ? ModelType.NamePrefix + name : null;

    private string Require(string module, string part, Tensor tensor) => Find(module + part)
        ?? throw new InputException(file.Path, tensor.Name, "a change of what the base model has not", $"tensors of {source.Path}, a {source.Config.ModelType} model", Next);

    private void Require(Tensor tensor, string what, params ReadOnlySpan<long> shape)
    {
        if (!tensor.Shape.AsSpan().SequenceEqual(shape))
            throw Wrong(tensor, $"[{string.Join(", ", shape.ToArray())}] ({what})");
    }

    private InputException Wrong(Tensor tensor, string expected) => new(file.Path, tensor.Name, TensorEntry.Describe(tensor.DType, tensor.Shape), expected, Next);
}
