using System.Text.Json;
using System.Text.Json.Serialization;

namespace Temoto.Plans;

/// <summary>Names of an enumeration in JSON: lower case with underscores. Numbers are refused.</summary>
internal sealed class SnakeCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
