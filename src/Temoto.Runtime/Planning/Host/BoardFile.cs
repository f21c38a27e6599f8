using System.Text;
using Temoto.Formats.Files;
using Temoto.Formats.Json;
using Temoto.Plans;

namespace Temoto.Planning.Host;

/// <summary>A <see cref="Board"/> as a JSON file. This host's lies in the user's configuration directory.</summary>
internal static class BoardFile
{
    /// <summary>The environment variable that says where this host's file lies instead.</summary>
    public const string EnvironmentVariable = "TEMOTO_BOARD";

    private const string Expected = "a board file: a JSON object as 'temoto bench --calibrate' writes it, or as boards/*.json show";
    private const string Next = "mend it, or for this machine run 'temoto bench --calibrate' again";
    private const int MaxBytes = 1 << 20;

    /// <summary>
    /// TEMOTO_BOARD, else temoto/board.json under XDG_CONFIG_HOME, ~/.config or, on Windows, the roaming application data. Null where there is no such
    /// directory.
    /// </summary>
    public static string? HostPath
    {
        get
        {
            if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } path)
                return path;
            // On Unix: XDG_CONFIG_HOME, else .config in the home directory.
            var folder = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return folder.Length == 0 ? null : Path.Combine(folder, "temoto", "board.json");
        }
    }

    /// <exception cref="InputException">Not a board, or figures that cannot be.</exception>
    public static Board Read(string path) => JsonFile.ReadRecord(path, Expected, Next, MaxBytes, Board.FromJson, root =>
    {
        if (root.Has("region_seconds"))
            throw new InputException(
                path, "region_seconds", "a board file of an earlier version", "one with devices, memories and units",
                "run 'temoto bench --calibrate' again, which replaces it");
    });

    public static void Write(string path, Board board)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(board.ToJson())));
    }
}
