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
}
