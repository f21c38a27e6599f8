using System.Text.Json.Serialization;

namespace Temoto.Plans;

/// <summary>How one number is written. Block types (GGUF) hold several with scales among them.</summary>
[JsonConverter(typeof(SnakeCaseEnum<NumberType>))]
public enum NumberType
{
    /// <summary>IEEE single.</summary>
    Float32,

    /// <summary>IEEE half.</summary>
    Float16,

    /// <summary>The upper half of an IEEE single.</summary>
    Bfloat16,

    /// <summary>Eight bits, four of them exponent.</summary>
    Float8E4M3,

    /// <summary>Eight bits, five of them exponent.</summary>
    Float8E5M2,

    /// <summary>IEEE double.</summary>
    Float64,

    /// <summary>Signed, eight bits.</summary>
    Int8,

    /// <summary>Unsigned, eight bits.</summary>
    Uint8,

    /// <summary>Signed, sixteen bits.</summary>
    Int16,

    /// <summary>Signed, 32 bits.</summary>
    Int32,

    /// <summary>Signed, 64 bits.</summary>
    Int64,

    /// <summary>True or false in a byte.</summary>
    Bool,

    /// <summary>0 to 15, two in a byte, the first in the low half.</summary>
    Int4,

    /// <summary>Integers of a group with one exponent for all: m * 2^e.</summary>
    BlockFloat,

    /// <summary>GGUF Q8_0: 32 int8 behind a half-float scale.</summary>
    [JsonStringEnumMemberName("q8_0")]
    Q8_0,

    /// <summary>GGUF Q4_0: 32 nibbles behind a half-float scale.</summary>
    [JsonStringEnumMemberName("q4_0")]
    Q4_0,

    /// <summary>GGUF Q4_1: 32 nibbles behind a half-float scale and minimum.</summary>
    [JsonStringEnumMemberName("q4_1")]
    Q4_1,

    /// <summary>GGUF Q5_0: 32 integers of five bits behind a half-float scale.</summary>
    [JsonStringEnumMemberName("q5_0")]
    Q5_0,

    /// <summary>GGUF Q5_1: 32 integers of five bits behind a half-float scale and minimum.</summary>
    [JsonStringEnumMemberName("q5_1")]
    Q5_1,

    /// <summary>GGUF Q2_K: 256 integers of two bits, sixteen groups with scale and minimum.</summary>
    [JsonStringEnumMemberName("q2_k")]
    Q2_K,

    /// <summary>GGUF Q3_K: 256 integers of three bits, sixteen groups with a scale.</summary>
    [JsonStringEnumMemberName("q3_k")]
    Q3_K,

    /// <summary>GGUF Q4_K: 256 nibbles, eight groups with scale and minimum.</summary>
    [JsonStringEnumMemberName("q4_k")]
    Q4_K,

    /// <summary>GGUF Q5_K: 256 integers of five bits, eight groups with scale and minimum.</summary>
    [JsonStringEnumMemberName("q5_k")]
    Q5_K,

    /// <summary>GGUF Q6_K: 256 integers of six bits, sixteen groups with a scale.</summary>
    [JsonStringEnumMemberName("q6_k")]
    Q6_K,

    /// <summary>GGUF IQ4_NL: 32 nibbles that choose from sixteen integers, behind a half-float scale.</summary>
    [JsonStringEnumMemberName("iq4_nl")]
    IQ4_NL,

    /// <summary>GGUF IQ4_XS: 256 nibbles that choose from sixteen integers, eight groups with a scale.</summary>
    [JsonStringEnumMemberName("iq4_xs")]
    IQ4_XS,

    /// <summary>GGUF MXFP4: 32 floats of four bits behind an exponent.</summary>
    [JsonStringEnumMemberName("mxfp4")]
    MXFP4,

    /// <summary>GGUF NVFP4: 64 floats of four bits, four groups with a float scale of eight bits.</summary>
    [JsonStringEnumMemberName("nvfp4")]
    NVFP4,

    /// <summary>GGUF TQ1_0: 256 of -1, 0 and 1, five in a byte, with a half-float scale.</summary>
    [JsonStringEnumMemberName("tq1_0")]
    TQ1_0,

    /// <summary>GGUF TQ2_0: 256 of -1, 0 and 1, four in a byte, with a half-float scale.</summary>
    [JsonStringEnumMemberName("tq2_0")]
    TQ2_0,

    /// <summary>GGUF IQ3_XXS: 256 integers, four an entry of a grid, eight groups with a scale.</summary>
    [JsonStringEnumMemberName("iq3_xxs")]
    IQ3_XXS,

    /// <summary>GGUF IQ3_S: as IQ3_XXS with a larger grid and all signs stored.</summary>
    [JsonStringEnumMemberName("iq3_s")]
    IQ3_S,

    /// <summary>GGUF IQ2_XXS: 256 integers, eight an entry of a grid, eight groups with a scale.</summary>
    [JsonStringEnumMemberName("iq2_xxs")]
    IQ2_XXS,

    /// <summary>GGUF IQ2_XS: as IQ2_XXS with a larger grid and sixteen groups.</summary>
    [JsonStringEnumMemberName("iq2_xs")]
    IQ2_XS,

    /// <summary>GGUF IQ2_S: as IQ2_XS with a larger grid and all signs stored.</summary>
    [JsonStringEnumMemberName("iq2_s")]
    IQ2_S,

    /// <summary>GGUF IQ1_S: 256 of about -1, 0 and 1, eight an entry of a grid, eight groups with a scale.</summary>
    [JsonStringEnumMemberName("iq1_s")]
    IQ1_S,

    /// <summary>GGUF IQ1_M: as IQ1_S with sixteen groups.</summary>
    [JsonStringEnumMemberName("iq1_m")]
    IQ1_M,
}
