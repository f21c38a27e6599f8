using Temoto.Formats.Checkpoints;
using Temoto.Generation.Adapters;
using Temoto.Generation.Embeddings;
using Temoto.Generation.Execution;
using Temoto.Generation.Tokenizers;
using Temoto.Models;

namespace Temoto;

/// <summary>
/// A loaded model whose vectors say how alike texts are: encoders (bert, roberta, distilbert ...) and decoders used so. Safe to use from several threads, which take turns; short texts are computed together.
/// </summary>
/// <example>
/// <code>
/// using var model = EmbeddingModel.Load("path/to/all-MiniLM-L6-v2");
/// var vectors = model.Embed(["The pump has stopped.", "A pump stands still."]);
/// </code>
/// </example>
public sealed class EmbeddingModel : IDisposable
{
    private readonly Lock runLock = new();
    private readonly Checkpoint checkpoint;
    private readonly EmbeddingEngine engine;
    private readonly EmbeddingSettings settings;
    private readonly int[] frame;
    private bool disposed;

    private EmbeddingModel(Checkpoint checkpoint, EmbeddingEngine engine, Tokenizer tokenizer, EmbeddingSettings settings)
    {
        this.checkpoint = checkpoint;
        this.engine = engine;
        this.settings = settings;
        Tokenizer = tokenizer;
        MaxTokens = Math.Min(settings.MaxTokens ?? int.MaxValue, engine.Plan.ContextTokens);
        frame = tokenizer.Encode("");
        if (frame.Length >= MaxTokens)
            throw new InputException(checkpoint.Path, null, $"texts of at most {MaxTokens} tokens", $"more than the {frame.Length} that stand around every text", "raise the context");
    }

    /// <summary>File or directory it was loaded from.</summary>
    public string Path => checkpoint.Path;

    /// <summary>config.json's model_type.</summary>
    public string ModelType => checkpoint.Config.ModelType;

    /// <summary>Elements of a vector.</summary>
    public int Dimensions => checkpoint.Config.HiddenSize;

    /// <summary>Tokens of the longest text; what is longer is cut at its end.</summary>
    public int MaxTokens { get; }

    /// <summary>How the vectors of tokens become one.</summary>
    public EmbeddingPooling Pooling => settings.Pooling;

    /// <summary>Vectors have the length 1.</summary>
    public bool Normalizes => settings.Normalizes;

    /// <summary>Token ids are below it.</summary>
    public int VocabSize => checkpoint.Config.VocabSize;

    /// <summary>Of all weights that are used.</summary>
    public long ParameterCount => engine.Plan.Graph.Weights.Sum(use => use.Shape.Aggregate(1L, (product, dimension) => product * dimension));

    /// <summary>Bytes of all weights that are used.</summary>
    public long WeightBytes => engine.Plan.Memory.WeightBytes;

    /// <summary>What it takes.</summary>
    public MemoryPlan Memory => engine.Plan.Memory;

    internal Tokenizer Tokenizer { get; }

    /// <summary>Loads a model, as <see cref="LanguageModel.Load(string, ModelOptions)"/> does.</summary>
    /// <exception cref="ArgumentException">An option cannot be used; the message names the property.</exception>
    /// <exception cref="InputException">The checkpoint cannot be used; the message says why and what to do.</exception>
    public static EmbeddingModel Load(string path, ModelOptions? options = null, EmbeddingOptions? embedding = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new ModelOptions();
        var checkpoint = AdaptedCheckpoint.Open(path, options.Adapter);
        EmbeddingEngine? engine = null;
        try
        {
            RequireText(checkpoint);
            EnginePlan.RequireEmbeds(checkpoint);
            var settings = SettingsOf(checkpoint, embedding ?? new EmbeddingOptions());
            var tokenizer = Tokenizer.Create(checkpoint.Tokenizer ?? throw new InputException(path, "tokenizer.json", "nothing", "the tokenizer that the model was trained with", "copy it beside the weights"), path);
            // A text that is cut needs no more of the cache.
            var context = options.ContextTokens ?? (settings.MaxTokens is { } most ? Math.Min(most, checkpoint.Config.MaxPositionEmbeddings) : null);
            engine = new EmbeddingEngine(checkpoint, options with { ContextTokens = context });
            return new EmbeddingModel(checkpoint, engine, tokenizer, settings);
        }
        catch
        {
            engine?.Dispose();
            checkpoint.Dispose();
            throw;
        }
    }

    private static void RequireText(Checkpoint checkpoint)
    {
        var type = ModelTypes.Of(checkpoint.Config);
        if (type.SeesPictures)
            throw new InputException(checkpoint.Path, "model_type", $"'{type.Name}', which looks at pictures", "a model that reads texts", type.MakesVectors ? "give it pictures (temoto embed MODEL --image FILE), or load it as a PictureEmbeddingModel" : "ask for classes (temoto run MODEL --image FILE), or use another model");
    }

    private static EmbeddingSettings SettingsOf(Checkpoint checkpoint, EmbeddingOptions options)
    {
        if (options.Pooling is { } asked && !Enum.IsDefined(asked))
            throw new OptionException("EmbeddingOptions.Pooling", asked, $"{asked}", $"one of {string.Join(", ", Enum.GetNames<EmbeddingPooling>())}", "leave it out for the model's own");
        var own = checkpoint.Embedding() ?? new EmbeddingSettings { Pooling = ModelTypes.Of(checkpoint.Config).MakesVectors ? EmbeddingPooling.Mean : EmbeddingPooling.LastToken };
        return own with { Pooling = options.Pooling ?? own.Pooling, Normalizes = options.Normalize ?? own.Normalizes };
    }

    /// <summary>Tokens of a text with those around it, those beyond <see cref="MaxTokens"/> counted too.</summary>
    public int CountTokens(string text, EmbeddingKind kind = EmbeddingKind.Text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Tokenizer.CountTokens(Prompt(kind) + text, addSpecialTokens: true);
    }

    /// <summary>The vector of a text, [<see cref="Dimensions"/>].</summary>
    /// <exception cref="InputException">A vector is not finite: the weights are damaged.</exception>
    public float[] Embed(string text, EmbeddingKind kind = EmbeddingKind.Text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EmbedSome([Encode(text, kind, out _)], cancellationToken)[0];
    }

    /// <summary>The vectors of several texts, in order.</summary>
    /// <exception cref="InputException">A vector is not finite: the weights are damaged.</exception>
    public IReadOnlyList<float[]> Embed(IReadOnlyList<string> texts, EmbeddingKind kind = EmbeddingKind.Text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var tokens = new int[texts.Count][];
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = Encode(texts[i] ?? throw new ArgumentException($"text {i} is null", nameof(texts)), kind, out _);
        var vectors = new List<float[]>(tokens.Length);
        while (vectors.Count < tokens.Length)
            vectors.AddRange(EmbedSome(tokens.AsSpan(vectors.Count), cancellationToken));
        return vectors;
    }

    /// <summary>The tokens of a text with those around it, at most <see cref="MaxTokens"/>.</summary>
    /// <param name="isCut">The text has more.</param>
    internal int[] Encode(string text, EmbeddingKind kind, out bool isCut)
    {
        var tokens = Tokenizer.Encode(Prompt(kind) + text);
        isCut = tokens.Length > MaxTokens;
        if (!isCut)
            return tokens;
        // What stands behind every text stays.
        var behind = 0;
        while (behind < frame.Length && frame[^(behind + 1)] == tokens[^(behind + 1)])
            behind++;
        return [.. tokens[..(MaxTokens - behind)], .. tokens[^behind..]];
    }

    private string Prompt(EmbeddingKind kind) => kind switch { EmbeddingKind.Query => settings.QueryPrompt, EmbeddingKind.Passage => settings.PassagePrompt, _ => "" };

    /// <summary>The vectors of as many texts, from the first on, as are computed in one run: one at least.</summary>
    internal float[][] EmbedSome(ReadOnlySpan<int[]> texts, CancellationToken cancellation)
    {
        float[][] vectors;
        lock (runLock)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var some = texts[..engine.TextsOfRun(texts)];
            RequireTokens(some);
            vectors = engine.Run(some, settings.Pooling, cancellation);
        }
        if (settings.Normalizes)
        {
            foreach (var vector in vectors)
                VectorPool.Normalize(vector);
        }
        return vectors;
    }

    private void RequireTokens(ReadOnlySpan<int[]> texts)
    {
        foreach (var tokens in texts)
        {
            if (tokens.Length == 0)
                throw new InputException(checkpoint.Path, null, "a text of no tokens", "at least one", "give text");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (runLock)
        {
            if (disposed)
                return;
            disposed = true;
            engine.Dispose();
            checkpoint.Dispose();
        }
    }
}
