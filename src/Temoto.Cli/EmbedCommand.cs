using System.CommandLine;

namespace Temoto.Cli;

/// <summary><c>temoto embed MODEL</c>: a vector for each line of text, or for each picture.</summary>
internal static class EmbedCommand
{
    public static Command Create()
    {
        var command = new Command("embed", """
            Turn lines of text, or pictures, into vectors that say how alike they are

            Example: temoto embed all-MiniLM-L6-v2 --text "The pump has stopped." --text "A pump stands still."

            Lines come from --text, from a file, or from stdin; pictures from --image (DINOv2, CLIP and SigLIP models). Each vector is a line of JSON on stdout: index (from 0), tokens, and embedding. A name that ends with .npy behind -o gets them all as one array of float32 [lines or pictures, dimensions]. How the vectors of a text's tokens become one is read from modules.json, as sentence-transformers writes it.
            """);
        var model = new ModelChoice();
        var text = new Option<string[]>("--text") { Description = "A text; may be repeated", HelpName = "TEXT" };
        var file = new Option<string?>("--file") { Description = "A file of lines in UTF-8 (default: stdin)", HelpName = "FILE" };
        var image = new Option<string[]>("--image") { Description = "A picture (PNG, JPEG, BMP, PPM, PGM) in place of text; may be repeated", HelpName = "FILE" };
        var output = new Option<string?>("--output", "-o") { Description = "File for the vectors: .npy, or JSON Lines (default: stdout)", HelpName = "FILE" };
        var query = new Option<bool>("--query") { Description = "The lines are what is looked for: the model's prompt for queries goes in front" };
        var passage = new Option<bool>("--passage") { Description = "The lines are what is looked through: the model's prompt for passages goes in front" };
        var pooling = new Option<string?>("--pooling") { Description = "How the vectors of tokens become one: mean, cls, last, max or mean-sqrt-length (default: the model's own)", HelpName = "HOW" };
        var normalize = new Option<bool>("--normalize") { Description = "Give vectors the length 1, also where the model's files do not say so" };
        pooling.OneOf([.. Poolings.Keys]);
        model.AddTo(command, json: false);
        foreach (var option in new Option[] { text, file, image, output, query, passage, pooling, normalize })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            var path = parsed.GetValue(output);
            if (path is not null)
                OutputPath.RequireFile(path);
            if (parsed.GetValue(image) is { Length: > 0 } pictures)
            {
                if (new Option[] { text, file, query, passage, pooling }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
                    throw new InputException(given.Name, null, "it beside --image", "it with texts", "leave one out");
                PictureVectors.Run(parsed, model, pictures, parsed.GetValue(normalize), path, cancellation);
                return Task.FromResult(0);
            }
            if (parsed.GetValue(query) && parsed.GetValue(passage))
                throw new InputException("--query", null, "it beside --passage", "one of them", "leave one out");
            var kind = parsed.GetValue(query) ? EmbeddingKind.Query : parsed.GetValue(passage) ? EmbeddingKind.Passage : EmbeddingKind.Text;
            var lines = Lines(parsed.GetValue(text) ?? [], parsed.GetValue(file));
            var options = new EmbeddingOptions
            {
                Pooling = parsed.GetValue(pooling) is { } name ? Poolings[name] : null,
                Normalize = parsed.GetValue(normalize) ? true : null,
            };
            using var loaded = EmbeddingModel.Load(ModelChoice.Resolve(parsed.GetRequiredValue(model.Model)), model.Options(parsed), options);
            var run = new EmbedRun(loaded, kind, cancellation);
            VectorOutput.Write(path, lines.Length, loaded.Dimensions, run.Vectors(lines));
            run.Report();
            return Task.FromResult(0);
        });
        return command;
    }

    private static readonly Dictionary<string, EmbeddingPooling> Poolings = new()
    {
        ["mean"] = EmbeddingPooling.Mean,
        ["cls"] = EmbeddingPooling.Cls,
        ["last"] = EmbeddingPooling.LastToken,
        ["max"] = EmbeddingPooling.Max,
        ["mean-sqrt-length"] = EmbeddingPooling.MeanSqrtLength,
    };

    /// <summary>As <c>--pooling</c> takes it.</summary>
    public static string NameOf(EmbeddingPooling pooling) => Poolings.First(named => named.Value == pooling).Key;

    private static string[] Lines(string[] texts, string? file)
    {
        if (texts.Length > 0)
            return file is null ? texts : throw new InputException("--file", null, "it beside --text", "one of them", "leave one out");
        var content = file is null ? Console.In.ReadToEnd() : TextFile.Read(file);
        var lines = content.ReplaceLineEndings("\n").Split('\n');
        // The last line has an end.
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}

/// <summary>The vectors of lines, in order; short lines are computed together.</summary>
internal sealed class EmbedRun(EmbeddingModel model, EmbeddingKind kind, CancellationToken cancellation)
{
    /// <summary>Lines that are tokenized ahead of the vectors: enough to fill several runs with short ones.</summary>
    private const int LinesAhead = 256;

    private readonly System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
    private int lines;
    private int cut;
    private long tokens;

    public IEnumerable<EmbeddedLine> Vectors(IReadOnlyList<string> texts)
    {
        foreach (var some in texts.Chunk(LinesAhead))
        {
            var ids = Array.ConvertAll(some, Encode);
            for (var at = 0; at < ids.Length;)
            {
                foreach (var vector in model.EmbedSome(ids.AsSpan(at), cancellation))
                    yield return new EmbeddedLine(lines++, ids[at++].Length, vector);
            }
        }
    }

    /// <summary>What was done, on stderr.</summary>
    public void Report()
    {
        var seconds = watch.Elapsed.TotalSeconds;
        Console.Error.WriteLine(FormattableString.Invariant($"[{Counted(lines, "line")}, {Counted(tokens, "token")} | {lines / seconds:0.0} lines/s, {tokens / seconds:0.0} tokens/s | {model.Dimensions} dimensions, pooling {EmbedCommand.NameOf(model.Pooling)}{(model.Normalizes ? ", normalized" : "")}{(cut == 0 ? "" : $" | {Counted(cut, "line")} cut to {model.MaxTokens} tokens")}]"));
    }

    private static string Counted(long count, string what) => FormattableString.Invariant($"{count} {what}{(count == 1 ? "" : "s")}");

    private int[] Encode(string text)
    {
        var ids = model.Encode(text, kind, out var isCut);
        tokens += ids.Length;
        cut += isCut ? 1 : 0;
        return ids;
    }
}
