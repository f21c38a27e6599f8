using System.CommandLine;
using System.Diagnostics;

namespace Temoto.Cli;

/// <summary><c>temoto embed MODEL --image FILE</c>: a vector for each picture.</summary>
internal static class PictureVectors
{
    /// <param name="path">Where the vectors go: see <see cref="VectorOutput"/>.</param>
    public static void Run(ParseResult parsed, ModelChoice choice, IReadOnlyList<string> pictures, bool normalize, string? path, CancellationToken cancellation)
    {
        if (pictures.FirstOrDefault(picture => !Path.Exists(picture)) is { } missing)
            throw new InputException(missing, null, "no such file", "a picture", "check the path");
        using var model = Load(parsed, choice, normalize, cancellation);
        var watch = Stopwatch.StartNew();
        VectorOutput.Write(path, pictures.Count, model.Dimensions, pictures.Select((picture, index) =>
        {
            var vector = model.Embed(picture, cancellation);
            return new EmbeddedLine(index, model.Tokens, vector);
        }));
        Console.Error.WriteLine(FormattableString.Invariant($"[{pictures.Count} picture{(pictures.Count == 1 ? "" : "s")} | {pictures.Count / watch.Elapsed.TotalSeconds:0.0} pictures/s | {model.Dimensions} dimensions{(model.Normalizes ? ", normalized" : "")}]"));
    }

    private static PictureEmbeddingModel Load(ParseResult parsed, ModelChoice choice, bool normalize, CancellationToken cancellation)
    {
        var options = choice.Options(parsed);
        var path = ModelChoice.Resolve(parsed.GetRequiredValue(choice.Model));
        return PictureEmbeddingModel.Load(path, ModelChoice.Verified(path, options, cancellation), normalize);
    }
}
