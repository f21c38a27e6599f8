using Temoto.Formats.Checkpoints;
using Temoto.Formats.Images;
using Temoto.Generation.Adapters;
using Temoto.Generation.Embeddings;
using Temoto.Generation.Execution;
using Temoto.Models;

namespace Temoto;

/// <summary>
/// A loaded model whose vectors say how alike pictures are: DINOv2, and the vision towers of CLIP and SigLIP. Safe to use from several threads; pictures are computed one after the other.
/// </summary>
/// <example>
/// <code>
/// using var model = PictureEmbeddingModel.Load("path/to/dinov2-base", normalize: true);
/// var vector = model.Embed("picture.jpg");
/// </code>
/// </example>
public sealed class PictureEmbeddingModel : IDisposable
{
    private readonly PictureEngine engine;

    private PictureEmbeddingModel(PictureEngine engine, bool normalizes)
    {
        this.engine = engine;
        Normalizes = normalizes;
    }

    /// <summary>File or directory it was loaded from.</summary>
    public string Path => engine.Path;

    /// <summary>config.json's model_type; of a whole CLIP or SigLIP, that of its vision tower.</summary>
    public string ModelType => engine.Config.ModelType;

    /// <summary>Elements of a vector.</summary>
    public int Dimensions => engine.Plan.Graph.Logits.Width;

    /// <summary>Vectors have the length 1.</summary>
    public bool Normalizes { get; }

    /// <summary>Rows of pixels the model was trained on.</summary>
    public int ImageHeight => engine.Config.Vision!.ImageHeight;

    /// <summary>Columns of pixels the model was trained on.</summary>
    public int ImageWidth => engine.Config.Vision!.ImageWidth;

    /// <summary>Pixels of a patch's side; what a picture has beyond whole patches, right and below, is not looked at.</summary>
    public int PatchSize => engine.Config.Vision!.PatchSize;

    /// <summary>Bytes of all weights that are used.</summary>
    public long WeightBytes => engine.Plan.Memory.WeightBytes;

    /// <summary>What it takes, for pictures of the size that it is ready for.</summary>
    public MemoryPlan Memory => engine.Plan.Memory;

    /// <summary>Tokens of a picture of the size that it is ready for.</summary>
    internal int Tokens => engine.Plan.Prefill.MaxTokens;

    /// <summary>Loads a Hugging Face checkpoint directory or a .temoto file. Of a whole CLIP or SigLIP the vision tower is read.</summary>
    /// <param name="normalize">Divide vectors by their length, so that a product of two is the cosine between them.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message names the property.</exception>
    /// <exception cref="InputException">The checkpoint cannot be used; the message says why and what to do.</exception>
    public static PictureEmbeddingModel Load(string path, ModelOptions? options = null, bool normalize = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new ModelOptions();
        var checkpoint = AdaptedCheckpoint.Open(path, options.Adapter);
        try
        {
            RequireVectorsOfPictures(checkpoint);
            return new PictureEmbeddingModel(new PictureEngine(checkpoint, options), normalize);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static void RequireVectorsOfPictures(Checkpoint checkpoint)
    {
        var type = ModelTypes.Of(checkpoint.Config);
        if (type is { SeesPictures: true, MakesVectors: true })
            return;
        var (found, next) = type.SeesPictures ? ("which names what pictures show", "ask for classes (temoto run MODEL --image FILE), or load it as a VisionModel") : ("which reads texts", "give it text, or use another model");
        throw new InputException(checkpoint.Path, "model_type", $"'{type.Name}', {found}", $"a model that makes vectors of pictures: {ModelTypes.Names(known => known is { SeesPictures: true, MakesVectors: true })}", next);
    }

    /// <summary>The vector of a picture in a file (PNG, JPEG, BMP, PPM or PGM), [<see cref="Dimensions"/>], scaled as the model's preprocessor_config.json says.</summary>
    /// <exception cref="InputException">The file cannot be read as a picture, or the vector is not finite: the weights are damaged.</exception>
    public float[] Embed(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        engine.RequirePreprocessor();
        return Embed(ImageReader.Read(path), path, cancellationToken);
    }

    /// <summary>The vector of a picture as it was read.</summary>
    /// <param name="name">What error lines call the picture.</param>
    internal float[] Embed(Image picture, string name, CancellationToken cancellationToken) => Scaled(engine.Forward(picture, name, cancellationToken));

    /// <summary>The vector of a picture, [<see cref="Dimensions"/>].</summary>
    /// <param name="pixels">[3, height, width]: the red plane, the green, the blue, as the model's preprocessor scales and normalizes them.</param>
    /// <param name="height">For another size than the model's own its positions are interpolated.</param>
    /// <param name="width">Likewise.</param>
    /// <param name="cancellationToken">Looked at between operations.</param>
    /// <exception cref="ArgumentException">There are not 3 x height x width numbers.</exception>
    /// <exception cref="InputException">The size is none the model can look at, or does not fit into memory; or the vector is not finite.</exception>
    public float[] Embed(ReadOnlySpan<float> pixels, int height, int width, CancellationToken cancellationToken = default) => Scaled(engine.Forward(pixels, height, width, cancellationToken));

    private float[] Scaled(float[] vector)
    {
        if (Normalizes)
            VectorPool.Normalize(vector);
        return vector;
    }

    /// <inheritdoc/>
    public void Dispose() => engine.Dispose();
}
