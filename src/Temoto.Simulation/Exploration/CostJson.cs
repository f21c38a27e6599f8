using System.Text.Json;
using System.Text.Json.Serialization;
using Temoto.Plans;

namespace Temoto.Simulation.Exploration;

/// <summary>Costs and devices as JSON: names in snake case, nothing unknown, nothing missing, nothing twice.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, PropertyNameCaseInsensitive = false)]
[JsonSerializable(typeof(UnitCosts))]
[JsonSerializable(typeof(DeviceResources))]
internal sealed partial class CostJson : JsonSerializerContext
{
    public static UnitCosts ReadCosts(string json) => PlanJson.Read(json, Default.UnitCosts);

    public static DeviceResources ReadDevice(string json) => PlanJson.Read(json, Default.DeviceResources);
}
