using System.Text;
using Temoto.Formats.Files;

namespace Temoto.Formats.Hub;

/// <summary>
/// A file on its way: NAME.part holds the bytes so far, NAME.part.etag what they belong to (the hub's hash, and the sender's validator).
/// Bytes of other content are never continued.
/// </summary>
internal sealed class HubPart(string target)
{
    /// <summary>The bytes so far.</summary>
    public string Path { get; } = target + ".part";

    public long LengthBytes => new FileInfo(Path) is { Exists: true } file ? file.Length : 0;

    private string EtagPath => Path + ".etag";

    /// <summary>How many bytes can be continued from, and the validator for If-Range; null where there is nothing to continue.</summary>
    public (long Bytes, string? Etag)? Resume(HubFile file)
    {
        if (!File.Exists(Path) || !File.Exists(EtagPath))
            return null;
        var lines = ReadSmall(EtagPath);
        var length = LengthBytes;
        if (lines.Length == 0 || lines[0] != file.Identity || length == 0 || length > file.SizeBytes)
            return null;
        return (length, lines.Length > 1 && lines[1].Length > 0 ? lines[1] : null);
    }

    /// <summary>Opens for writing at <paramref name="from"/>, cutting off what lies behind. Another process writing it is an error.</summary>
    public FileStream Open(HubFile file, string? etag, long from)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 1);
        }
        catch (IOException error)
        {
            throw new HubUnavailableException($"{Path}: cannot be opened, perhaps another download is writing it: {error.Message}", error);
        }
        stream.SetLength(from);
        stream.Position = from;
        File.WriteAllText(EtagPath, $"{file.Identity}\n{etag}\n");
        return stream;
    }

    public void Discard()
    {
        File.Delete(Path);
        File.Delete(EtagPath);
    }

    /// <summary>Gives the checked file its name, in one step.</summary>
    public void Finish(string name)
    {
        File.Move(Path, name, overwrite: true);
        File.Delete(EtagPath);
    }

    /// <summary>Whatever is no file of ours there is nothing to go by.</summary>
    private static string[] ReadSmall(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(SmallFile.Read(path, "what a download belongs to", 4096)).Split('\n', StringSplitOptions.TrimEntries);
        }
        catch (InputException)
        {
            return [];
        }
    }
}
