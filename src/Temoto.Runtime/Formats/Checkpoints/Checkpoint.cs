using Temoto.Formats.Config;
using Temoto.Formats.Tokenizers;
using Temoto.Kernels.Codebooks;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// A checkpoint as the rest of the runtime sees it, whichever format it lies in: tensors carry the names of the Hugging Face checkpoint of
/// their model type (<c>model.layers.0.self_attn.q_proj.weight</c>), linear weights are [out, in].
/// Owns the mapped files; dispose it after everything that reads its tensors.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private IReadOnlyList<IDisposable> owned;
    private IReadOnlyDictionary<string, Tensor> tensors = null!;
    private bool settled;

    /// <summary>What <see cref="Computed"/> made of stored tensors.</summary>
    private readonly Dictionary<Tensor, Tensor> forms = [];

    public Checkpoint(IReadOnlyList<IDisposable> owned) => this.owned = owned;

    /// <summary>The file or directory the checkpoint was opened from.</summary>
    public required string Path { get; init; }

    /// <summary>temoto, safetensors, autoawq, gptq, compressed-tensors, bitsandbytes, fp8, awq-macro, gguf or llama2.c: for people to read.</summary>
    public required string Format { get; init; }

    public required ModelConfig Config { get; init; }

    public required IReadOnlyDictionary<string, Tensor> Tensors
    {
        get => tensors;
        init => tensors = value;
    }

    /// <summary>What the files name beside <see cref="Tensors"/> and cannot be read, by its name in the file.</summary>
    public IReadOnlyDictionary<string, UnreadTensor> Unread { get; init; } = new Dictionary<string, UnreadTensor>();

    /// <summary>What was passed over or read as its writer will have meant it: a line each, for people to read.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Reads the hashes of all that is stored; null for formats without hashes.</summary>
    public Func<IReadOnlyList<StoredHash>>? Hashes { get; init; }

    /// <summary>Null where the checkpoint carries none.</summary>
    public TokenizerModel? Tokenizer { get; init; }

    /// <summary>Jinja source, or null.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>The text of preprocessor_config.json, of models that look at pictures; null where there is none.</summary>
    public string? Preprocessor { get; init; }

    /// <summary>How the vectors of a text's tokens become one; null where the files do not say. Read when it is asked for: what a model that writes text does not use is no fault.</summary>
    public Func<EmbeddingSettings?> Embedding { get; init; } = static () => null;

    /// <summary>What generation_config.json says; all null where there is none.</summary>
    public GenerationDefaults Generation { get; init; } = new();

    /// <summary>A JSON object that says how integer weights were made; null where the file says nothing.</summary>
    public string? Quantization { get; init; }

    /// <summary>All tensors as they are stored: packed rows, scales and zero points included.</summary>
    public long WeightBytes => Tensors.Values.Sum(tensor => tensor.StoredBytes);

    /// <summary>What most of the weights are: int4, int8, bf16, q4_0 ...</summary>
    public string WeightsName => Tensors.Values.Where(tensor => tensor.Shape.Length > 1).GroupBy(tensor => tensor.DType).MaxBy(group => group.Sum(tensor => tensor.StoredBytes))!.Key switch
    {
        DType.I4 => "int4",
        DType.I8 => "int8",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>The tensor of that name and shape; an <see cref="InputException"/> where it is missing or has another shape.</summary>
    public Tensor Require(string name, params ReadOnlySpan<long> shape)
    {
        if (!Tensors.TryGetValue(name, out var tensor))
            throw UnreadOf(name)?.Error() ?? new InputException(Path, name, "no such tensor", $"a tensor [{string.Join(", ", shape.ToArray())}]", "check that the checkpoint is complete and its config.json its own");
        return tensor.Shape.AsSpan().SequenceEqual(shape)
            ? tensor
            : throw new InputException(Path, name, $"{tensor.DType} [{string.Join(", ", tensor.Shape)}]", $"a tensor [{string.Join(", ", shape.ToArray())}]", "check that config and weights belong together");
    }

    /// <summary>A tensor in the form that it is computed with: as it is stored, or, of types with tables, as rows of a type with integer products (<see cref="CodebookForm"/>).</summary>
    public Tensor Computed(string name)
    {
        var stored = Tensors[name];
        if (!CodebookBlocks.Has(stored.DType))
            return stored;
        lock (forms)
        {
            if (!forms.TryGetValue(stored, out var form))
            {
                form = CodebookForm.Of(stored, out var memory) ?? stored;
                forms.Add(stored, form);
                if (memory is not null)
                    owned = [.. owned, memory];
            }
            return form;
        }
    }

    /// <summary>In the file the names may lack the prefix that all of ours have.</summary>
    private UnreadTensor? UnreadOf(string name) =>
        Unread.GetValueOrDefault(name) ?? (name.StartsWith(ModelType.NamePrefix, StringComparison.Ordinal) ? Unread.GetValueOrDefault(name[ModelType.NamePrefix.Length..]) : null);

    /// <summary>Compares every byte with its hash; an <see cref="InputException"/> names what differs, or says that the format has no hashes.</summary>
    /// <param name="progress">Gets the bytes compared so far and in all.</param>
    /// <returns>How many tensors were compared.</returns>
    public int Verify(Action<long, long>? progress, CancellationToken cancellation) => StoredHash.CompareAll(RequireHashes(), progress, cancellation);

    /// <summary>
    /// What the first engine asks for before it takes the weights; it holds for those after it. A copy is compared itself: the bytes that are used are those that were verified.
    /// </summary>
    /// <param name="copy">Read all tensors into memory and close the files.</param>
    /// <param name="verify">Compare every byte with its hash.</param>
    public void Settle(bool copy, bool verify)
    {
        if (settled)
            return;
        var hashes = verify ? RequireHashes() : [];
        if (copy)
            Copy(hashes);
        else
            StoredHash.CompareAll(hashes, null, CancellationToken.None);
        settled = true;
    }

    /// <summary>The same checkpoint with other tensors; it owns what this one did, and <paramref name="more"/>. This one is not to be used, or disposed, any more.</summary>
    /// <param name="tokenizer">Null for this one's.</param>
    /// <param name="chatTemplate">Null for this one's.</param>
    public Checkpoint Merged(ModelConfig config, IReadOnlyDictionary<string, Tensor> merged, IReadOnlyList<IDisposable> more, IReadOnlyList<string> notes, TokenizerModel? tokenizer, string? chatTemplate) => new([.. owned, .. more])
    {
        Path = Path,
        Format = Format,
        Config = config,
        Tensors = merged,
        Unread = Unread,
        Notes = [.. Notes, .. notes],
        Hashes = Hashes,
        Tokenizer = tokenizer ?? Tokenizer,
        ChatTemplate = chatTemplate ?? ChatTemplate,
        Preprocessor = Preprocessor,
        Embedding = Embedding,
        Generation = Generation,
        Quantization = Quantization,
    };

    private IReadOnlyList<StoredHash> RequireHashes() => Hashes?.Invoke()
        ?? throw new InputException(Path, "ModelOptions.Verify", $"a {Format} model, which carries no hashes", "a .temoto file or a macro stream", "leave it out, or pack the model");

    private void Copy(IReadOnlyList<StoredHash> hashes)
    {
        var copy = new WeightCopy(Tensors);
        try
        {
            StoredHash.CompareAll(copy.CompareCopies(hashes), null, CancellationToken.None);
        }
        catch
        {
            copy.Dispose();
            throw;
        }
        // Memory that a reader made stays; the files are closed.
        foreach (var file in owned.Where(item => item is not NativeBuffer))
            file.Dispose();
        tensors = copy.Tensors;
        owned = [.. owned.Where(item => item is NativeBuffer), copy];
    }

    public void Dispose()
    {
        foreach (var item in owned)
            item.Dispose();
    }
}

/// <summary>generation_config.json: the sampling the model's makers recommend.</summary>
internal sealed record GenerationDefaults
{
    public bool? DoSample { get; init; }

    public float? Temperature { get; init; }

    public int? TopK { get; init; }

    public float? TopP { get; init; }

    public float? MinP { get; init; }

    public float? RepetitionPenalty { get; init; }

    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Where a text begins when the tokenizer itself names no such token.</summary>
    public int? BosTokenId { get; init; }
}
