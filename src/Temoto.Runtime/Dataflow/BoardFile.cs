using System.Buffers;
using System.Text.Json;
using Temoto.Formats.Files;
using Temoto.Formats.Json;

namespace Temoto.Dataflow;

/// <summary>A <see cref="Board"/> as a JSON file: one object, every key once, units in the keys. This host's lies in the user's configuration directory.</summary>
internal static class BoardFile
{
    /// <summary>The environment variable that says where this host's file lies instead.</summary>
    public const string EnvironmentVariable = "TEMOTO_BOARD";

    private const string Expected = "a board file: a JSON object as 'temoto bench --calibrate' writes it";
    private const string Next = "run 'temoto bench --calibrate' again";
    private const int MaxBytes = 1 << 16;

    private static readonly string[] Keys =
    [
        "name", "evidence", "kernels", "threads", "on_chip_bytes_per_thread", "shared_cache_bytes", "read_bytes_per_second", "cache_bytes_per_second",
        "decode_int4_operations_per_second", "decode_int8_operations_per_second", "decode_ids_int4_operations_per_second", "decode_ids_int8_operations_per_second", "decode_escapes_int4_operations_per_second", "decode_escapes_int8_operations_per_second",
        "prefill_int4_operations_per_second", "prefill_int8_operations_per_second",
        "float_operations_per_second", "unpack_bytes_per_second", "region_seconds",
    ];

    /// <summary>
    /// TEMOTO_BOARD, else temoto/board.json under XDG_CONFIG_HOME, ~/.config or, on Windows, the roaming application data. Null where there is no such directory.
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
    public static Board Read(string path)
    {
        using var json = JsonFile.Open(path, Expected, MaxBytes);
        var root = json.Root;
        foreach (var key in root.Keys)
        {
            if (!Keys.Contains(key))
                throw new InputException(path, key, "an unknown key", $"only {string.Join(", ", Keys)}", Next);
        }
        var board = new Board(
            Text("name"),
            Text("evidence"),
            Text("kernels"),
            (int)Count("threads", 1, 1024),
            Count("on_chip_bytes_per_thread", 1, 1L << 40),
            Count("shared_cache_bytes", 0, 1L << 40),
            Rate("read_bytes_per_second"),
            Rate("cache_bytes_per_second"),
            Rate("decode_int4_operations_per_second"),
            Rate("decode_int8_operations_per_second"),
            Rate("decode_ids_int4_operations_per_second"),
            Rate("decode_ids_int8_operations_per_second"),
            Rate("decode_escapes_int4_operations_per_second"),
            Rate("decode_escapes_int8_operations_per_second"),
            Rate("prefill_int4_operations_per_second"),
            Rate("prefill_int8_operations_per_second"),
            Rate("float_operations_per_second"),
            Rate("unpack_bytes_per_second"),
            root.Number("region_seconds", 0, 1) ?? throw Missing("region_seconds"));
        return board.Evidence is "measured" or "assumed" ? board : throw root.Wrong("evidence", "\"measured\" or \"assumed\"", Next);

        string Text(string key) => root.String(key) ?? throw Missing(key);
        long Count(string key, long smallest, long largest) => root.Long(key, smallest, largest) ?? throw Missing(key);
        // From one per second to a thousand times the fastest processor.
        double Rate(string key) => root.Number(key, 1, 1e18) ?? throw Missing(key);
        InputException Missing(string key) => new(path, key, "nothing", "a value: every key of a board is needed", Next);
    }

    public static void Write(string path, Board board)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            WriteMembers(json, board);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        AtomicFile.Write(path, stream => stream.Write(buffer.WrittenSpan));
    }

    /// <summary>The members of the object, in the order of the record.</summary>
    public static void WriteMembers(Utf8JsonWriter json, Board board)
    {
        json.WriteString("name", board.Name);
        json.WriteString("evidence", board.Evidence);
        json.WriteString("kernels", board.Kernels);
        json.WriteNumber("threads", board.Threads);
        json.WriteNumber("on_chip_bytes_per_thread", board.OnChipBytesPerThread);
        json.WriteNumber("shared_cache_bytes", board.SharedCacheBytes);
        json.WriteNumber("read_bytes_per_second", board.ReadBytesPerSecond);
        json.WriteNumber("cache_bytes_per_second", board.CacheBytesPerSecond);
        json.WriteNumber("decode_int4_operations_per_second", board.DecodeInt4OperationsPerSecond);
        json.WriteNumber("decode_int8_operations_per_second", board.DecodeInt8OperationsPerSecond);
        json.WriteNumber("decode_ids_int4_operations_per_second", board.DecodeIdsInt4OperationsPerSecond);
        json.WriteNumber("decode_ids_int8_operations_per_second", board.DecodeIdsInt8OperationsPerSecond);
        json.WriteNumber("decode_escapes_int4_operations_per_second", board.DecodeEscapesInt4OperationsPerSecond);
        json.WriteNumber("decode_escapes_int8_operations_per_second", board.DecodeEscapesInt8OperationsPerSecond);
        json.WriteNumber("prefill_int4_operations_per_second", board.PrefillInt4OperationsPerSecond);
        json.WriteNumber("prefill_int8_operations_per_second", board.PrefillInt8OperationsPerSecond);
        json.WriteNumber("float_operations_per_second", board.FloatOperationsPerSecond);
        json.WriteNumber("unpack_bytes_per_second", board.UnpackBytesPerSecond);
        json.WriteNumber("region_seconds", board.RegionSeconds);
    }
}
