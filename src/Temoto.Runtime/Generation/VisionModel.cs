using System.Text;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Formats.Images;
using Temoto.Generation.Adapters;
using Temoto.Generation.Execution;
using Temoto.Models;

namespace Temoto;

/// <summary>
/// A loaded image classifier (model types vit and deit). Safe to use from several threads; pictures are computed one after the other.
/// </summary>
/// <example>
/// <code>
/// using var model = VisionModel.Load("path/to/checkpoint");
/// Console.WriteLine(model.Classify("picture.jpg")[0].Label);
/// </code>
/// </example>
public sealed class VisionModel : IDisposable
{
    private readonly Lock runLock = new();
    private readonly Checkpoint checkpoint;
    private readonly ModelOptions options;
    private Checkpoint sized;
    private VisionEngine engine;
    private bool disposed;

    private VisionModel(Checkpoint checkpoint, ImagePreprocessor? preprocessor, VisionEngine engine, ModelOptions options)
    {
        this.checkpoint = checkpoint;
        this.options = options;
        this.engine = engine;
        sized = checkpoint;
        Preprocessor = preprocessor;
    }

    /// <summary>config.json's model_type.</summary>
    public string ModelType => checkpoint.Config.ModelType;

    /// <summary>Rows of pixels the model was trained on.</summary>
    public int ImageHeight => checkpoint.Config.Vision!.ImageHeight;

    /// <summary>Columns of pixels the model was trained on.</summary>
    public int ImageWidth => checkpoint.Config.Vision!.ImageWidth;

    /// <summary>Height and width of a picture are multiples of this.</summary>
    public int PatchSize => checkpoint.Config.Vision!.PatchSize;

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Labels => checkpoint.Config.Vision!.Labels;

    internal EnginePlan Plan => engine.Plan;

    /// <summary>How pictures become pixels; null where the checkpoint does not say.</summary>
    private ImagePreprocessor? Preprocessor { get; }

    /// <summary>Loads a Hugging Face checkpoint directory or a .temoto file of an image classifier.</summary>
    /// <exception cref="ArgumentException">An option cannot be used; the message names the property.</exception>
    /// <exception cref="InputException">The checkpoint cannot be used; the message says why and what to do.</exception>
    public static VisionModel Load(string path, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new ModelOptions();
        var checkpoint = AdaptedCheckpoint.Open(path, options.Adapter);
        try
        {
            if (checkpoint.Config.Vision is null)
                throw new InputException(path, "model_type", $"'{checkpoint.Config.ModelType}', a language model", $"{ModelTypes.Names(type => type.SeesPictures)}: a model that looks at pictures", "give it text (temoto run MODEL -p PROMPT), or load it as a LanguageModel");
            var preprocessor = checkpoint.Preprocessor is null ? null : PreprocessorOf(checkpoint);
            return new VisionModel(checkpoint, preprocessor, new VisionEngine(checkpoint, options), options);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The classes of a picture, the likeliest first.</summary>
    /// <param name="pixels">[3, height, width]: the red plane, the green, the blue, as the model's preprocessor scales and normalizes them.</param>
    /// <param name="height">A multiple of <see cref="PatchSize"/>. For another size than the model's own its positions are interpolated.</param>
    /// <param name="width">Likewise.</param>
    /// <param name="cancellationToken">Looked at between operations.</param>
    /// <exception cref="InputException">The size is none the model can look at, or does not fit into memory.</exception>
    public IReadOnlyList<ClassScore> Classify(ReadOnlySpan<float> pixels, int height, int width, CancellationToken cancellationToken = default)
    {
        if (pixels.Length != (long)VisionConfig.Channels * height * width)
            throw new ArgumentException($"{pixels.Length} numbers for {VisionConfig.Channels} x {height} x {width} pixels", nameof(pixels));
        lock (runLock)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            Resize(height, width);
            return Scores(engine.Forward(pixels, cancellationToken), Labels);
        }
    }

    /// <summary>The classes of a picture in a file (PNG, JPEG, BMP, PPM or PGM), the likeliest first.</summary>
    /// <exception cref="InputException">The file cannot be read as a picture, or the model has no preprocessor_config.json.</exception>
    public IReadOnlyList<ClassScore> Classify(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        RequirePreprocessor();
        return Classify(ImageReader.Read(path), path, cancellationToken);
    }

    /// <summary>The classes of a picture as it was read, the likeliest first.</summary>
    /// <param name="picture">Of any size that the preprocessor brings to one the model can look at.</param>
    /// <param name="name">What error lines call the picture.</param>
    /// <param name="cancellationToken">Looked at between operations.</param>
    internal IReadOnlyList<ClassScore> Classify(Image picture, string name, CancellationToken cancellationToken = default)
    {
        var preprocessor = RequirePreprocessor();
        var (width, height) = preprocessor.OutputSize(picture.Width, picture.Height);
        if (width % PatchSize != 0 || height % PatchSize != 0 || Math.Max(width, height) > ModelLimits.ImageSide)
            throw new InputException(name, null, $"{picture.Width} x {picture.Height} pixels, {width} x {height} as {PreprocessorSettings.FileName} has it", $"multiples of the patch_size {PatchSize}, up to {ModelLimits.ImageSide}", $"mend {PreprocessorSettings.FileName}: the model was trained on {ImageWidth} x {ImageHeight}");
        return Classify(preprocessor.Run(picture, name), height, width, cancellationToken);
    }

    /// <summary>What makes pixels of a checkpoint's pictures. Without the file nothing is guessed: a model that gets other pixels than it was trained on answers wrongly and says nothing.</summary>
    /// <exception cref="InputException">The checkpoint has no preprocessor_config.json.</exception>
    internal static ImagePreprocessor PreprocessorOf(Checkpoint checkpoint) => new(PreprocessorSettings.Parse(
        Encoding.UTF8.GetBytes(checkpoint.Preprocessor ?? throw new InputException(checkpoint.Path, PreprocessorSettings.FileName, "nothing", "the file that says how pictures are scaled", "copy it beside the weights")),
        PreprocessorSettings.FileName));

    /// <summary>To be asked before a picture is read: its absence is an error of the model, not of the picture.</summary>
    internal ImagePreprocessor RequirePreprocessor() => Preprocessor ?? PreprocessorOf(checkpoint);

    /// <summary>The classes of several pictures of one size, one picture after the other through the same plan.</summary>
    /// <param name="pictures">See <see cref="Classify(ReadOnlySpan{float}, int, int, CancellationToken)"/>.</param>
    /// <param name="height">Of all pictures.</param>
    /// <param name="width">Of all pictures.</param>
    /// <param name="cancellationToken">Looked at between operations.</param>
    public IReadOnlyList<IReadOnlyList<ClassScore>> Classify(IReadOnlyList<float[]> pictures, int height, int width, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        return [.. pictures.Select(pixels => Classify(pixels, height, width, cancellationToken))];
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
            if (sized != checkpoint)
                sized.Dispose();
            checkpoint.Dispose();
        }
    }

    /// <summary>Makes the engine ready for pictures of another size; it stays as it was where that cannot be.</summary>
    private void Resize(int height, int width)
    {
        if (sized.Config.Vision is { } vision && vision.ImageHeight == height && vision.ImageWidth == width)
            return;
        var other = PositionGrid.Resize(checkpoint, height, width);
        VisionEngine next;
        try
        {
            // The weights are those that were settled when the model was loaded.
            next = new VisionEngine(other, options with { Verify = false });
        }
        catch when (other != checkpoint)
        {
            other.Dispose();
            throw;
        }
        engine.Dispose();
        if (sized != checkpoint)
            sized.Dispose();
        (engine, sized) = (next, other);
    }

    private static ClassScore[] Scores(ReadOnlySpan<float> logits, IReadOnlyList<string> labels)
    {
        var largest = logits[0];
        foreach (var logit in logits)
            largest = Math.Max(largest, logit);
        var total = 0.0;
        foreach (var logit in logits)
            total += Math.Exp(logit - largest);
        var scores = new ClassScore[logits.Length];
        for (var i = 0; i < scores.Length; i++)
            scores[i] = new ClassScore(i, labels[i], logits[i], (float)(Math.Exp(logits[i] - largest) / total));
        // The lower number first where two are equal.
        Array.Sort(scores, (a, b) => a.Logit != b.Logit ? b.Logit.CompareTo(a.Logit) : a.Index.CompareTo(b.Index));
        return scores;
    }
}
