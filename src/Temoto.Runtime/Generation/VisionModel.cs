using Temoto.Formats.Checkpoints;
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
    private readonly PictureEngine engine;

    private VisionModel(PictureEngine engine) => this.engine = engine;

    /// <summary>config.json's model_type.</summary>
    public string ModelType => engine.Config.ModelType;

    /// <summary>Rows of pixels the model was trained on.</summary>
    public int ImageHeight => engine.Config.Vision!.ImageHeight;

    /// <summary>Columns of pixels the model was trained on.</summary>
    public int ImageWidth => engine.Config.Vision!.ImageWidth;

    /// <summary>Height and width of a picture are multiples of this.</summary>
    public int PatchSize => engine.Config.Vision!.PatchSize;

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Labels => engine.Config.Vision!.Labels;

    internal EnginePlan Plan => engine.Plan;

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
            RequireClassifier(checkpoint);
            return new VisionModel(new PictureEngine(checkpoint, options));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static void RequireClassifier(Checkpoint checkpoint)
    {
        var (type, expected) = (ModelTypes.Of(checkpoint.Config), $"{ModelTypes.Names(known => known is { SeesPictures: true, MakesVectors: false })}: a model that names what pictures show");
        if (!type.SeesPictures)
            throw new InputException(checkpoint.Path, "model_type", $"'{type.Name}', a language model", expected, "give it text (temoto run MODEL -p PROMPT), or load it as a LanguageModel");
        if (type.MakesVectors)
            throw new InputException(checkpoint.Path, "model_type", $"'{type.Name}', which makes vectors of pictures", expected, "ask for vectors (temoto embed MODEL --image FILE), or load it as a PictureEmbeddingModel");
    }

    /// <summary>The classes of a picture, the likeliest first.</summary>
    /// <param name="pixels">[3, height, width]: the red plane, the green, the blue, as the model's preprocessor scales and normalizes them.</param>
    /// <param name="height">A multiple of <see cref="PatchSize"/>. For another size than the model's own its positions are interpolated.</param>
    /// <param name="width">Likewise.</param>
    /// <param name="cancellationToken">Looked at between operations.</param>
    /// <exception cref="InputException">The size is none the model can look at, or does not fit into memory.</exception>
    public IReadOnlyList<ClassScore> Classify(ReadOnlySpan<float> pixels, int height, int width, CancellationToken cancellationToken = default) =>
        Scores(engine.Forward(pixels, height, width, cancellationToken), Labels);

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
    internal IReadOnlyList<ClassScore> Classify(Image picture, string name, CancellationToken cancellationToken = default) => Scores(engine.Forward(picture, name, cancellationToken), Labels);

    /// <inheritdoc cref="PictureEngine.RequirePreprocessor"/>
    internal ImagePreprocessor RequirePreprocessor() => engine.RequirePreprocessor();

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
    public void Dispose() => engine.Dispose();

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
