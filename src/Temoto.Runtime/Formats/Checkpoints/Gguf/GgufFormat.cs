using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>Types of metadata values, with their numbers in the file.</summary>
internal enum GgufValueType
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}

/// <summary>
/// What the GGUF reader and writer share. Layout, all little-endian: "GGUF", version (uint32), number of tensors and of metadata entries (uint64),
/// the metadata entries, the tensor infos, zeros up to the alignment, the tensors' bytes. docs/formats.md has the whole page.
/// </summary>
internal static class GgufFormat
{
    /// <summary>"GGUF" read as a little-endian uint32.</summary>
    public const uint Magic = 0x46554747;

    /// <summary>The version we write; 2 has the same layout.</summary>
    public const uint Version = 3;

    public const string AlignmentKey = "general.alignment";

    public const int DefaultAlignment = 32;

    /// <summary>ggml's own bound on the dimensions of a tensor.</summary>
    public const int MaxRank = 4;

    private static readonly (int Id, DType DType)[] TensorTypes =
    [
        (0, DType.F32), (1, DType.F16), (2, DType.Q4_0), (3, DType.Q4_1), (6, DType.Q5_0), (7, DType.Q5_1), (8, DType.Q8_0), (10, DType.Q2_K), (11, DType.Q3_K),
        (12, DType.Q4_K), (13, DType.Q5_K), (14, DType.Q6_K), (24, DType.I8), (25, DType.I16), (26, DType.I32), (27, DType.I64), (28, DType.F64), (30, DType.BF16),
        (16, DType.IQ2_XXS), (17, DType.IQ2_XS), (18, DType.IQ3_XXS), (19, DType.IQ1_S), (20, DType.IQ4_NL), (21, DType.IQ3_S), (22, DType.IQ2_S), (23, DType.IQ4_XS), (29, DType.IQ1_M),
        (34, DType.TQ1_0), (35, DType.TQ2_0), (39, DType.MXFP4), (40, DType.NVFP4),
    ];

    private static readonly (int Id, string Name)[] UnsupportedTensorTypes =
    [
        (4, "Q4_2"), (5, "Q4_3"), (9, "Q8_1"), (15, "Q8_K"), (31, "Q4_0_4_4"), (32, "Q4_0_4_8"), (33, "Q4_0_8_8"), (36, "IQ4_NL_4_4"), (37, "IQ4_NL_4_8"), (38, "IQ4_NL_8_8"), (41, "Q1_0"),
    ];

    /// <summary>For error lines.</summary>
    public static string SupportedTensorTypes => string.Join(", ", TensorTypes.Select(pair => pair.DType));

    public static bool TryTensorType(uint id, out DType dtype)
    {
        foreach (var pair in TensorTypes)
        {
            if (pair.Id == id)
            {
                dtype = pair.DType;
                return true;
            }
        }
        dtype = default;
        return false;
    }

    public static int TensorTypeId(DType dtype)
    {
        foreach (var pair in TensorTypes)
        {
            if (pair.DType == dtype)
                return pair.Id;
        }
        throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "GGUF has no such element type");
    }

    /// <summary>The name of a type that exists but is not read, or its number.</summary>
    public static string DescribeTensorType(uint id)
    {
        foreach (var pair in UnsupportedTensorTypes)
        {
            if (pair.Id == id)
                return pair.Name;
        }
        return $"type {id}";
    }

    /// <summary>Bytes of a value of fixed size; 0 for strings and arrays.</summary>
    public static int ValueBytes(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };
}
