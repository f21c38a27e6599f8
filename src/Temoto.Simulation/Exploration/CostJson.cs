using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Temoto.Plans;

namespace Temoto.Simulation.Exploration;

/// <summary>Costs and devices as JSON: names in snake case, nothing unknown, nothing missing, nothing twice.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, PropertyNameCaseInsensitive = false)]
[JsonSerializable(typeof(UnitCosts))]
[JsonSerializable(typeof(DeviceResources))]
internal sealed partial class CostJson : JsonSerializerContext
{
    public static UnitCosts ReadCosts(string json) => Read(json, Default.UnitCosts);

    public static DeviceResources ReadDevice(string json) => Read(json, Default.DeviceResources);

    private static T Read<T>(string json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new FormatException("found null, expected an object");
        }
        catch (JsonException error)
        {
            throw new FormatException(PlanJson.PlaceAndReason(error).TrimStart('.'), error);
        }
    }
}
