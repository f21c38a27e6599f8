using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Temoto.Extensions.AI;

/// <summary>Vectors of texts, by a model that runs in this process. Safe to use from several threads, which take turns; short texts are computed together.</summary>
/// <example>
/// <code>
/// using var generator = TemotoEmbeddingGenerator.Load("path/to/all-MiniLM-L6-v2");
/// var vector = await generator.GenerateVectorAsync("The pump has stopped.");
/// </code>
/// </example>
public sealed class TemotoEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private const string KindName = "kind";

    private readonly EmbeddingModel model;
    private readonly TemotoEmbeddingOptions options;
    private readonly bool ownsModel;
    private readonly EmbeddingGeneratorMetadata metadata;
    private volatile bool disposed;

    /// <summary>A generator of a model that somebody else disposes, after the generator.</summary>
    public TemotoEmbeddingGenerator(EmbeddingModel model, TemotoEmbeddingOptions? options = null)
        : this(model, options, ownsModel: false)
    {
    }

    private TemotoEmbeddingGenerator(EmbeddingModel model, TemotoEmbeddingOptions? options, bool ownsModel)
    {
        ArgumentNullException.ThrowIfNull(model);
        this.model = model;
        this.options = options ?? new TemotoEmbeddingOptions();
        this.ownsModel = ownsModel;
        ModelId = this.options.ModelId ?? ModelName.Of(model.Path);
        metadata = new EmbeddingGeneratorMetadata(ModelName.Provider, providerUri: null, ModelId, model.Dimensions);
    }

    /// <summary>The model's name in answers.</summary>
    public string ModelId { get; }

    /// <summary>Loads a model, as <see cref="EmbeddingModel.Load(string, ModelOptions, EmbeddingOptions)"/> does, and disposes it with the generator.</summary>
    /// <exception cref="ArgumentException">An option cannot be used; the message names the property.</exception>
    /// <exception cref="InputException">The checkpoint cannot be used; the message says why and what to do.</exception>
    public static TemotoEmbeddingGenerator Load(string path, ModelOptions? model = null, EmbeddingOptions? embedding = null, TemotoEmbeddingOptions? options = null) =>
        new(EmbeddingModel.Load(path, model, embedding), options, ownsModel: true);

    /// <summary>The vectors of texts, in order, with the tokens that were read. The work is done on a thread of the pool; cancelling ends it within the texts at hand.</summary>
    /// <exception cref="ArgumentException">A text is null, or too long; or an option cannot be used: the message names it.</exception>
    /// <exception cref="NotSupportedException">Vectors of another length are asked for, or a raw representation.</exception>
    /// <exception cref="InputException">A vector is not finite: the weights are damaged.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ObjectDisposedException.ThrowIf(disposed, this);
        var kind = Check(options ?? new EmbeddingGenerationOptions());
        string[] texts = [.. values];
        return await Task.Run(() => Embed(texts, kind, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>This generator, its <see cref="EmbeddingGeneratorMetadata"/>, or the <see cref="EmbeddingModel"/> behind it; null for all else.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null) => Services.Find(serviceType, serviceKey, this, metadata, model);

    /// <summary>Disposes a model that the generator loaded, when the texts at hand are done.</summary>
    public void Dispose()
    {
        disposed = true;
        if (ownsModel)
            model.Dispose();
    }

    private EmbeddingKind Check(EmbeddingGenerationOptions asked)
    {
        ModelName.Require(asked.ModelId, ModelId, "EmbeddingGenerationOptions.ModelId");
        if (asked.Dimensions is { } dimensions && dimensions != model.Dimensions)
            throw new NotSupportedException($"EmbeddingGenerationOptions.Dimensions: found {dimensions}; expected {model.Dimensions}, the model's own; leave it out");
        if (asked.RawRepresentationFactory?.Invoke(this) is { } raw)
            throw new NotSupportedException($"EmbeddingGenerationOptions.RawRepresentationFactory: found a {raw.GetType().Name}; expected none; this model takes no options of its own");
        var kind = options.Kind;
        foreach (var (name, value) in asked.AdditionalProperties ?? [])
        {
            if (value is null)
                continue;
            if (name != KindName)
                throw new ArgumentException($"EmbeddingGenerationOptions.AdditionalProperties: found '{name}'; expected {KindName}; leave it out");
            kind = Kind(value) ?? throw new ArgumentException($"EmbeddingGenerationOptions.AdditionalProperties: found {KindName} '{value}'; expected text, query or passage; mend it");
        }
        return kind;
    }

    private static EmbeddingKind? Kind(object value) => (value as string ?? (value is JsonElement { ValueKind: JsonValueKind.String } json ? json.GetString() : null)) switch
    {
        "text" => EmbeddingKind.Text,
        "query" => EmbeddingKind.Query,
        "passage" => EmbeddingKind.Passage,
        _ => value as EmbeddingKind?,
    };

    private GeneratedEmbeddings<Embedding<float>> Embed(string[] texts, EmbeddingKind kind, CancellationToken cancellation)
    {
        var counts = new int[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            counts[i] = model.CountTokens(texts[i] ?? throw new ArgumentException($"text {i} is null"), kind);
            if (counts[i] > model.MaxTokens && !options.CutsLongTexts)
                throw new ArgumentException($"text {i}: found {counts[i]} tokens; expected at most {model.MaxTokens}; shorten it, or set {nameof(TemotoEmbeddingOptions)}.{nameof(TemotoEmbeddingOptions.CutsLongTexts)}");
        }
        var made = new GeneratedEmbeddings<Embedding<float>>(texts.Length);
        foreach (var vector in model.Embed(texts, kind, cancellation))
            made.Add(new Embedding<float>(vector) { ModelId = ModelId, CreatedAt = DateTimeOffset.UtcNow });
        var tokens = counts.Sum(count => (long)Math.Min(count, model.MaxTokens));
        made.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        return made;
    }
}
