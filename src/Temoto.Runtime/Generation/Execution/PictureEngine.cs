using System.Text;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Formats.Images;
using Temoto.Models;

namespace Temoto.Generation.Execution;

/// <summary>A vision checkpoint for pictures of any size that it can look at, ready for those of the last one's. Runs come one after the other, from any thread. Owns the checkpoint.</summary>
internal sealed class PictureEngine : IDisposable
{
    private readonly Lock runLock = new();
    private readonly Checkpoint checkpoint;
    private readonly ModelOptions options;
    private Checkpoint sized;
    private VisionEngine engine;
    private bool disposed;

    /// <summary>Ready for what the preprocessor makes of every picture, else for the size that the model was trained on.</summary>
    /// <exception cref="InputException">The checkpoint cannot be used; it stays its opener's.</exception>
    public PictureEngine(Checkpoint checkpoint, ModelOptions options)
    {
        this.checkpoint = checkpoint;
        this.options = options;
        Preprocessor = checkpoint.Preprocessor is null ? null : PreprocessorOf(checkpoint);
        sized = Preprocessor?.FixedSize is { } size && CanLookAt(size.Width, size.Height) ? PositionGrid.Resize(checkpoint, Whole(size.Height), Whole(size.Width)) : checkpoint;
        engine = Engine(sized, options);
    }

    public ModelConfig Config => checkpoint.Config;

    public string Path => checkpoint.Path;

    public EnginePlan Plan => engine.Plan;

    /// <summary>How pictures become pixels; null where the checkpoint does not say.</summary>
    private ImagePreprocessor? Preprocessor { get; }

    private VisionConfig Vision => checkpoint.Config.Vision!;

    /// <summary>What makes pixels of a checkpoint's pictures. Where neither the file nor the type says how, nothing is guessed: a model that gets other pixels than it was trained on answers wrongly and says nothing.</summary>
    /// <exception cref="InputException">The checkpoint has no preprocessor_config.json.</exception>
    public static ImagePreprocessor PreprocessorOf(Checkpoint checkpoint) => new(PreprocessorSettings.Parse(
        Encoding.UTF8.GetBytes(checkpoint.Preprocessor ?? throw new InputException(checkpoint.Path, PreprocessorSettings.FileName, "nothing", "the file that says how pictures are scaled", "copy it beside the weights")),
        PreprocessorSettings.FileName));

    /// <summary>To be asked before a picture is read: its absence is an error of the model, not of the picture.</summary>
    public ImagePreprocessor RequirePreprocessor() => Preprocessor ?? PreprocessorOf(checkpoint);

    /// <summary>What the model makes of a picture as it was read.</summary>
    /// <param name="name">What error lines call the picture.</param>
    public float[] Forward(Image picture, string name, CancellationToken cancellation)
    {
        var preprocessor = RequirePreprocessor();
        var (width, height) = preprocessor.OutputSize(picture.Width, picture.Height);
        if (!CanLookAt(width, height))
            throw new InputException(name, null, $"{picture.Width} x {picture.Height} pixels, {width} x {height} as {PreprocessorSettings.FileName} has it", $"{Sizes}, up to {ModelLimits.ImageSide}", $"mend {PreprocessorSettings.FileName}: the model was trained on {Vision.ImageWidth} x {Vision.ImageHeight}");
        return Forward(preprocessor.Run(picture, name), height, width, cancellation);
    }

    /// <summary>What the model makes of pixels [3, height, width], as the preprocessor scales and normalizes them.</summary>
    /// <exception cref="InputException">The size is none the model can look at, or does not fit into memory.</exception>
    public float[] Forward(ReadOnlySpan<float> pixels, int height, int width, CancellationToken cancellation)
    {
        if (pixels.Length != (long)VisionConfig.Channels * height * width)
            throw new ArgumentException($"{pixels.Length} numbers for {VisionConfig.Channels} x {height} x {width} pixels", nameof(pixels));
        lock (runLock)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var seen = CutsPictures && CanLookAt(width, height) ? WholePatches.Of(pixels, height, width, Vision.PatchSize) : pixels;
            (height, width) = seen.Length == pixels.Length ? (height, width) : (Whole(height), Whole(width));
            Resize(height, width);
            return engine.Forward(seen, cancellation).ToArray();
        }
    }

    /// <summary>A classifier's makers had patches divide pictures; others' convolutions leave out what is no whole patch.</summary>
    private bool CutsPictures => ModelTypes.Of(checkpoint.Config).MakesVectors;

    private string Sizes => CutsPictures ? $"at least the patch_size {Vision.PatchSize}" : $"multiples of the patch_size {Vision.PatchSize}";

    private bool CanLookAt(int width, int height) => Math.Max(width, height) <= ModelLimits.ImageSide
        && (CutsPictures ? Math.Min(width, height) >= Vision.PatchSize : width % Vision.PatchSize == 0 && height % Vision.PatchSize == 0);

    private int Whole(int side) => side / Vision.PatchSize * Vision.PatchSize;

    /// <summary>Makes the engine ready for pictures of another size; it stays as it was where that cannot be.</summary>
    private void Resize(int height, int width)
    {
        if (sized.Config.Vision is { } vision && vision.SeenHeight == height && vision.SeenWidth == width)
            return;
        var other = PositionGrid.Resize(checkpoint, height, width);
        // The weights are those that were settled when the model was loaded.
        var next = Engine(other, options with { Verify = false });
        engine.Dispose();
        if (sized != checkpoint)
            sized.Dispose();
        (engine, sized) = (next, other);
    }

    private VisionEngine Engine(Checkpoint of, ModelOptions settings)
    {
        try
        {
            return new VisionEngine(of, settings);
        }
        catch when (of != checkpoint)
        {
            of.Dispose();
            throw;
        }
    }

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
}
