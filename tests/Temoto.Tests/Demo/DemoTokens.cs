using System.Text.Json;

namespace Temoto.Tests.Demo;

/// <summary>Tokens of the demo model, as its files have them.</summary>
internal static class DemoTokens
{
    /// <summary>Those that end an answer.</summary>
    public static IReadOnlyList<int> Ends { get; } = ReadEnds();

    /// <summary>A bias against them makes a text that only a limit ends.</summary>
    public static IReadOnlyDictionary<int, float> NoEnd { get; } = Ends.ToDictionary(id => id, _ => -100f);

    /// <summary>The same as a field of a request.</summary>
    public static string NoEndField { get; } = $"\"logit_bias\": {{{string.Join(", ", Ends.Select(id => $"\"{id}\": -100"))}}}";

    private static int[] ReadEnds()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryPaths.Root, "models", "demo", "generation_config.json")));
        return [.. document.RootElement.GetProperty("eos_token_id").EnumerateArray().Select(id => id.GetInt32())];
    }
}
