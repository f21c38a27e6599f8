using Temoto.Formats.Tokenizers;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>What can be said of a GGUF file that cannot be computed with: of another architecture, with weights of other types, or a vocabulary alone.</summary>
/// <param name="Architecture"><c>general.architecture</c>; null where the file names none.</param>
/// <param name="Reason">Why it cannot run.</param>
/// <param name="Tensors">Those of element types that are read.</param>
/// <param name="UnreadTensors">How many there are of others.</param>
/// <param name="Tokenizer">Null where there is none, or <paramref name="TokenizerError"/> says why it is not read.</param>
internal sealed record GgufOutline(
    string Path, string? Architecture, string Reason, IReadOnlyList<(string Name, DType DType, long[] Shape, long Bytes)> Tensors, int UnreadTensors,
    TokenizerModel? Tokenizer, InputException? TokenizerError, string? ChatTemplate)
{
    /// <summary>Null for files of other formats, and for models that run, or whose error line says more.</summary>
    public static GgufOutline? Of(string path)
    {
        if (!GgufFile.IsAt(path))
            return null;
        using var file = GgufSplit.Open(path);
        var architecture = file.String(GgufCheckpoint.ArchitectureKey);
        var reason = GgufCheckpoint.Find(architecture) is null ? $"the architecture {(architecture is null ? "is not named" : $"'{architecture}' is not computed here")}"
            : file.Tensors.Count + file.Unread.Count == 0 ? "a vocabulary without weights"
            : file.Unread.Count > 0 ? $"tensors of types that are not read ({string.Join(", ", file.Unread.Values.Select(tensor => tensor.Found).Distinct().Take(8))})"
            : null;
        if (reason is null)
            return null;
        var (tokenizer, error) = ReadTokenizer(file);
        return new GgufOutline(
            file.Path, architecture, reason, [.. file.Tensors.Values.Select(tensor => (tensor.Name, tensor.DType, tensor.Shape, tensor.StoredBytes))], file.Unread.Count,
            tokenizer, error, file.String("tokenizer.chat_template"));
    }

    private static (TokenizerModel? Tokenizer, InputException? Error) ReadTokenizer(GgufFile file)
    {
        try
        {
            return (GgufCheckpoint.ReadTokenizer(file), null);
        }
        catch (InputException error)
        {
            return (null, error);
        }
    }
}
