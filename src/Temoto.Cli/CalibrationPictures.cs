using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Formats.Images;
using Temoto.Generation.Execution;

namespace Temoto.Cli;

/// <summary>Pictures on which a vision model's activations are observed: those of a folder and of its subfolders, so that a labelled folder serves as it is.</summary>
internal static class CalibrationPictures
{
    /// <param name="folder">Names that begin with a dot are passed over.</param>
    /// <param name="tokens">About as many in all: a picture has as many as its patches and the tokens in front.</param>
    /// <returns>At even distances over the sorted names; each [3, height, width].</returns>
    public static float[][] Read(Checkpoint checkpoint, string folder, int tokens)
    {
        const string expected = "a folder of pictures like those the model will see";
        if (!Directory.Exists(folder))
            throw new InputException(folder, null, File.Exists(folder) ? "a file" : "no such folder", expected, "name a folder with --calibration");
        var visible = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        var files = Directory.EnumerateFiles(folder, "*", visible).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
            throw new InputException(folder, null, "no pictures", expected, "name another folder with --calibration");
        var vision = checkpoint.Config.Vision!;
        var preprocessor = PictureEngine.PreprocessorOf(checkpoint);
        var count = Math.Clamp(tokens / vision.Tokens, 1, files.Count);
        return [.. Enumerable.Range(0, count).Select(i => Pixels(preprocessor, vision, files[(int)((long)i * files.Count / count)]))];
    }

    private static float[] Pixels(ImagePreprocessor preprocessor, VisionConfig vision, string path)
    {
        var image = ImageReader.Read(path);
        var (width, height) = preprocessor.OutputSize(image.Width, image.Height);
        return (width, height) == (vision.ImageWidth, vision.ImageHeight)
            ? WholePatches.Of(preprocessor.Run(image, path), height, width, vision.PatchSize).ToArray()
            : throw new InputException(path, null, $"{image.Width} x {image.Height} pixels, {width} x {height} as {PreprocessorSettings.FileName} has it", $"the model's own {vision.ImageWidth} x {vision.ImageHeight}", "calibrate on pictures of that size, or use --method rtn, which observes nothing");
    }
}
