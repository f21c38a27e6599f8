using System.Text;
using Temoto.Tensors;

namespace Temoto.Formats.Files;

/// <summary>
/// The one way to read an untrusted file whole. A pipe, a device or a socket where a file should lie is refused unopened (opening it may wait for ever, reading
/// it may never end), and a file is measured before there is memory for it.
/// </summary>
internal static class SmallFile
{
    /// <summary>tokenizer.json, vocab.json, merges.txt, tokenizer.bin: eight times the largest published ones (33 MB).</summary>
    public const long MaxVocabularyBytes = 1 << 28;

    /// <summary>
    /// tokenizer_config.json, special_tokens_map.json and added_tokens.json: ten times the largest published ones (1.2 MB); the parsed form takes several times
    /// the text.
    /// </summary>
    public const long MaxTokenizerConfigBytes = 1 << 24;

    /// <summary>chat_template.jinja: four bytes for each of the characters a template may have.</summary>
    public const long MaxChatTemplateBytes = 1 << 22;

    /// <summary>Texts and tasks to evaluate: days of work; read, a text takes three times its bytes.</summary>
    public const long MaxTextBytes = 1 << 28;

    /// <summary>All bytes of a regular file.</summary>
    /// <param name="expected">What kind of file the caller wants, for the error line.</param>
    public static byte[] Read(string path, string expected, long maxBytes)
    {
        var target = LinkedPath.Resolve(path);
        if (FileKinds.Of(target) is var kind && kind != FileKind.Regular)
            throw new InputException(path, null, kind.Name(), expected, kind == FileKind.Missing ? "check the path" : "put the file itself there");
        var bytes = Read(path, target, expected, maxBytes);
        GitLfsPointer.Refuse(path, bytes, bytes.Length, expected);
        return bytes;
    }

    /// <summary>
    /// Text that a user names: a regular file, or a pipe (/dev/stdin, a process substitution), which is read until it ends or holds more than
    /// <paramref name="maxBytes"/>.
    /// </summary>
    public static TextReader ReadText(string path, string expected, long maxBytes)
    {
        var target = LinkedPath.Resolve(path);
        if (FileKinds.Of(target) is var kind && kind is FileKind.Missing or FileKind.Directory)
            throw new InputException(path, null, kind.Name(), expected, "check the path");
        return new StreamReader(new MemoryStream(Read(path, target, expected, maxBytes), writable: false), Encoding.UTF8);
    }

    private static byte[] Read(string path, string target, string expected, long maxBytes)
    {
        try
        {
            using var file = new FileStream(target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var length = file.CanSeek ? file.Length : 0;
            if (length > maxBytes)
                throw TooLong(path, $"{length} bytes", expected, maxBytes);
            return length > 0 ? ReadKnown(file, (int)length) : ReadToEnd(file, path, expected, maxBytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InputException(path, null, FileFailure.Of(path, error), expected, "check the path and its permissions");
        }
    }

    /// <summary>What is there of a file that had <paramref name="length"/> bytes a moment ago.</summary>
    private static byte[] ReadKnown(FileStream file, int length)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        var read = file.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        return read == length ? bytes : bytes[..read];
    }

    /// <summary>A pipe tells no length; files of /proc tell 0.</summary>
    private static byte[] ReadToEnd(FileStream file, string path, string expected, long maxBytes)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            if (bytes.Length + read > maxBytes)
                throw TooLong(path, $"more than {maxBytes} bytes", expected, maxBytes);
            bytes.Write(buffer, 0, read);
        }
        return bytes.ToArray();
    }

    private static InputException TooLong(string path, string found, string expected, long maxBytes) =>
        new(path, null, found, $"{expected} of at most {maxBytes} bytes", "check that this is the right file");
}
