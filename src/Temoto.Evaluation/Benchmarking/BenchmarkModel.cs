using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>A model that is timed: its weights once, an engine for each way to run them.</summary>
internal sealed class BenchmarkModel : IDisposable
{
    private readonly Checkpoint checkpoint;

    /// <summary>Null for a model that looks at pictures.</summary>
    private readonly LanguageModel? language;

    private readonly List<BenchmarkVariant> variants = [];

    /// <summary>Engines beside the one that <see cref="language"/> has.</summary>
    private readonly List<IDisposable> engines = [];

    /// <summary>Loads the model as it would be for use, tokenizer and all, with a first way to run it.</summary>
    /// <param name="checkpoint">Taken over: it is disposed with the model, or at once where the model cannot be made.</param>
    public BenchmarkModel(Checkpoint checkpoint, string dataflow, string kv, ModelOptions options)
    {
        this.checkpoint = checkpoint;
        if (checkpoint.Config.Vision is null)
        {
            language = LanguageModel.Load(checkpoint, options);
            variants.Add(new LanguageVariant(language.Engine, dataflow, kv));
            return;
        }
        try
        {
            Add(dataflow, kv, options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<BenchmarkVariant> Variants => variants;

    public bool IsVision => language is null;

    /// <summary>As they are stored.</summary>
    public long WeightBytes => checkpoint.WeightBytes;

    public string WeightsName => checkpoint.WeightsName;

    /// <summary>The one test of a model that looks at pictures: a picture.</summary>
    public BenchmarkTest PictureTest => new(Phase.Prefill, variants[0].Plan.Prefill.MaxTokens, Picture: true);

    /// <summary>Another way to run the same weights.</summary>
    public void Add(string dataflow, string kv, ModelOptions options)
    {
        if (language is not null)
        {
            var engine = language.NewEngine(options);
            engines.Add(engine);
            variants.Add(new LanguageVariant(engine, dataflow, kv));
        }
        else
        {
            var engine = new VisionEngine(checkpoint, options);
            engines.Add(engine);
            variants.Add(new PictureVariant(engine, dataflow, kv));
        }
    }

    public void Dispose()
    {
        foreach (var variant in variants)
            variant.Dispose();
        foreach (var engine in engines)
            engine.Dispose();
        if (language is not null)
            language.Dispose();
        else
            checkpoint.Dispose();
    }
}
