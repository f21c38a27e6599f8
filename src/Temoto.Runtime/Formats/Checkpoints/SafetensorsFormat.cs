using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// What the safetensors reader and writer share. Layout: header length (uint64, little-endian), JSON header
/// <c>{"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__": {string: string}}</c>, then the tensors' bytes
/// without a gap. docs/formats.md has the whole page.
/// </summary>
internal static class SafetensorsFormat
{
    /// <summary>Bytes of the length field in front of the header.</summary>
    public const int LengthBytes = 8;

    /// <summary>The reference implementation's bound on the header.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    /// <summary>The one header key that is no tensor.</summary>
    public const string MetadataKey = "__metadata__";

    private static readonly (string Name, DType DType)[] Names =
    [
        ("F64", DType.F64), ("F32", DType.F32), ("F16", DType.F16), ("BF16", DType.BF16), ("F8_E4M3", DType.F8E4M3), ("F8_E5M2", DType.F8E5M2),
        ("I64", DType.I64), ("I32", DType.I32), ("I16", DType.I16), ("I8", DType.I8), ("U8", DType.U8), ("BOOL", DType.Bool),
    ];

    /// <summary>All names, for error lines.</summary>
    public static string Supported => string.Join(", ", Names.Select(pair => pair.Name));

    public static bool TryParse(string name, out DType dtype)
    {
        foreach (var pair in Names)
        {
            if (pair.Name == name)
            {
                dtype = pair.DType;
                return true;
            }
        }
        dtype = default;
        return false;
    }

    /// <summary>The name of a plain element type; block types have none.</summary>
    public static string NameOf(DType dtype)
    {
        foreach (var pair in Names)
        {
            if (pair.DType == dtype)
                return pair.Name;
        }
        throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "safetensors has no such element type");
    }
}
