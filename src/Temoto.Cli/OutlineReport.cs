using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Tokenizers;

namespace Temoto.Cli;

/// <summary>What <c>inspect</c> shows of a GGUF file that cannot run: what it is, and why.</summary>
internal static class OutlineReport
{
    public static void Print(GgufOutline outline, bool asJson, bool listTensors)
    {
        if (asJson)
            Console.WriteLine(Json.Document(Document(outline, listTensors), ResultContext.Default.Outline));
        else
            PrintText(outline, listTensors);
    }

    /// <summary>A tokenizer in a line, also of models that run.</summary>
    public static string Describe(TokenizerModel tokenizer) => $"{tokenizer.KindName}, {tokenizer.Tokens.Count} tokens, {tokenizer.AddedTokens.Count} added";

    private static Outline Document(GgufOutline outline, bool listTensors) => new(
        outline.Path, "gguf", outline.Architecture, Runs: false, outline.Reason,
        outline.Tokenizer is not null, outline.ChatTemplate is not null,
        Types(outline), outline.UnreadTensors,
        listTensors ? outline.Tensors.Select(tensor => new TensorFigures(tensor.Name, tensor.DType.ToString(), tensor.Shape, tensor.Bytes)) : null);

    private static void PrintText(GgufOutline outline, bool listTensors)
    {
        Console.WriteLine(StandardOutput.Line(outline.Path));
        Fact("format", "gguf");
        Fact("architecture", outline.Architecture ?? "none");
        Fact("runs", $"no: {outline.Reason}");
        Fact("tokenizer", outline.Tokenizer is { } tokenizer ? Describe(tokenizer) : outline.TokenizerError?.Message ?? "none");
        Fact("chat template", outline.ChatTemplate is { } template ? $"{template.Length} characters" : "none");
        foreach (var type in Types(outline))
            Fact(type.Dtype, $"{type.Tensors} tensors, {type.Elements:#,0} elements, {type.Bytes:#,0} bytes");
        if (outline.UnreadTensors > 0)
            Fact("other types", $"{outline.UnreadTensors} tensors");
        if (!listTensors)
            return;
        foreach (var (name, dtype, shape, bytes) in outline.Tensors)
            Console.WriteLine($"  {StandardOutput.Line(name),-56} {dtype,-6} [{string.Join(", ", shape)}] {bytes:#,0}");
    }

    private static void Fact(string key, string value) => Console.WriteLine($"  {key,-24} {StandardOutput.Line(value)}");

    private static IEnumerable<TypeFigures> Types(GgufOutline outline) =>
        outline.Tensors.GroupBy(tensor => tensor.DType).OrderByDescending(group => group.Sum(tensor => tensor.Bytes))
            .Select(group => new TypeFigures(group.Key.ToString(), group.Count(), group.Sum(tensor => tensor.Shape.Aggregate(1L, (product, dimension) => product * dimension)), group.Sum(tensor => tensor.Bytes)));
}

/// <summary>The document of <c>inspect</c> where the model cannot run.</summary>
internal sealed record Outline(
    string Path, string Format, string? Architecture, bool Runs, string Reason, bool HasTokenizer, bool HasChatTemplate,
    IEnumerable<TypeFigures> Dtypes, int UnreadTensors, IEnumerable<TensorFigures>? Tensors);
