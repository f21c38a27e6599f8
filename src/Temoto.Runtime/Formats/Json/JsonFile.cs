using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Temoto.Formats.Files;

namespace Temoto.Formats.Json;

/// <summary>
/// JSON of untrusted origin: an object in UTF-8, bounded in bytes and depth, no duplicate keys at any level, no half of a surrogate pair.
/// The rules are here for all readers, those with a document and those that stream a large file.
/// </summary>
internal sealed class JsonFile : IDisposable
{
    /// <summary>
    /// Checkpoints nest 8 levels at most. A hub's answer carries the author's model card, which may nest as it likes,
    /// so it gets what System.Text.Json gives by itself; the stack of the recursive readers is bounded as well.
    /// </summary>
    public const int MaxDepth = 64;

    /// <summary>What to do about a text that breaks off, or says a thing twice, or is no text.</summary>
    public const string Damaged = "the file is damaged; fetch it again";

    /// <summary>What to do about sound JSON that is not what the file should hold.</summary>
    public const string OtherKind = "use the file its authors published";

    private readonly JsonDocument document;

    private JsonFile(string path, string place, JsonDocument document, int pythonNumbers = 0)
    {
        this.document = document;
        PythonNumberCount = pythonNumbers;
        Root = new JsonFields(path, place, document.RootElement);
    }

    /// <summary>For a <see cref="Utf8JsonReader"/>, which checks neither keys nor the insides of strings: its caller does.</summary>
    public static JsonReaderOptions ReaderOptions => new() { MaxDepth = MaxDepth };

    public JsonFields Root { get; }

    /// <summary>How often the text says NaN or Infinity, which JSON cannot; no key of a known meaning holds them.</summary>
    public int PythonNumberCount { get; }

    /// <param name="maxBytes">The parsed form takes several times the text, so a bound on the text bounds the memory.</param>
    public static JsonFile Open(string path, string expected, long maxBytes) => Parse(ReadText(path, expected, maxBytes), path, expected);

    /// <summary>A file whose strict form a record states. The reader of all JSON files goes first: its lines about what is no JSON are the same everywhere.</summary>
    /// <param name="next">What to do about what the record refuses.</param>
    /// <param name="parse">Its <see cref="FormatException"/> says where and why.</param>
    /// <param name="look">At the object, before it is taken for the record; null for none.</param>
    /// <exception cref="InputException">Not such a file.</exception>
    public static T ReadRecord<T>(string path, string expected, string next, long maxBytes, Func<string, T> parse, Action<JsonFields>? look = null)
    {
        var text = ReadText(path, expected, maxBytes);
        using (var json = Parse(text, path, expected))
            look?.Invoke(json.Root);
        try
        {
            return parse(Encoding.UTF8.GetString(text.Span));
        }
        catch (FormatException error)
        {
            throw new InputException(path, null, error.Message, expected, next);
        }
    }

    /// <summary>A JSON object in memory; errors call it <paramref name="path"/>.</summary>
    /// <param name="place">Where it lies in the file, in front of the keys of errors; "" where it is the file.</param>
    public static JsonFile Parse(ReadOnlyMemory<byte> text, string path, string expected, string place = "")
    {
        var key = place.Length == 0 ? null : place;
        if (!Utf8.IsValid(text.Span))
            throw new InputException(path, key, "bytes that are not UTF-8", Described(expected), Damaged);
        JsonText.Check(text.Span, path, key);
        try
        {
            var (document, pythonNumbers) = ParseDocument(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new JsonFile(path, place, document, pythonNumbers);
            var kind = document.RootElement.ValueKind;
            document.Dispose();
            throw new InputException(path, key, $"a JSON {kind}", Described(expected), OtherKind);
        }
        catch (JsonException error)
        {
            throw Malformed(path, key, expected, error);
        }
    }

    /// <summary>Any JSON in UTF-8 without duplicate keys, not too deep: also for texts that are no file, such as a line of JSON Lines.</summary>
    /// <exception cref="JsonException">It is not that.</exception>
    public static JsonDocument ParseText(ReadOnlyMemory<byte> utf8)
    {
        var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        try
        {
            JsonKeys.Check(document.RootElement);
            return document;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    /// <summary>As JSON; where that fails, with Python's numbers. What fails then too gets the first error.</summary>
    private static (JsonDocument Document, int PythonNumbers) ParseDocument(ReadOnlyMemory<byte> text)
    {
        try
        {
            return (ParseText(text), 0);
        }
        catch (JsonException)
        {
            if (PythonNumbers.Replace(text.Span) is not { } replaced)
                throw;
            try
            {
                return (ParseText(replaced.Text), replaced.Count);
            }
            catch (JsonException)
            {
                // Its places would be those of the replaced text.
            }
            throw;
        }
    }

    /// <summary>A whole file, without the byte order mark that some editors put in front.</summary>
    public static ReadOnlyMemory<byte> ReadText(string path, string expected, long maxBytes)
    {
        var bytes = SmallFile.Read(path, expected, maxBytes);
        return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsMemory(Encoding.UTF8.Preamble.Length) : bytes;
    }

    /// <param name="error">
    /// A <see cref="JsonException"/>, or the <see cref="InvalidOperationException"/> of a <see cref="Utf8JsonReader"/> for a string that is no Unicode text.
    /// </param>
    public static InputException Malformed(string path, string? key, string expected, Exception error) =>
        new(path, key, error.Message, Described(expected), Damaged);

    public void Dispose() => document.Dispose();

    private static string Described(string expected) => $"{expected}: a JSON object in UTF-8 without duplicate keys";
}
