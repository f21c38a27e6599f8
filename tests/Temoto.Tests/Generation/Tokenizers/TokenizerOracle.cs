using System.Text.Json;
using System.Text.Json.Nodes;

namespace Temoto.Tests.Generation.Tokenizers;

/// <summary>Asks @huggingface/tokenizers (tests/oracle/tokenize.mjs).</summary>
internal static class TokenizerOracle
{
    /// <summary>Encodes with the tokenizer of a directory that holds vocab.json and merges.txt.</summary>
    public static int[][] Encode(string directory, string family, IReadOnlyList<string> texts) =>
        Ids(new JsonObject { ["directory"] = directory, ["family"] = family, ["texts"] = Array(texts) });

    /// <summary>Encodes every line of a file.</summary>
    public static int[][] EncodeLines(string directory, string family, string file) =>
        Ids(new JsonObject { ["directory"] = directory, ["family"] = family, ["lines"] = file });

    /// <summary>Encodes with a tokenizer.json.</summary>
    public static int[][] Encode(string tokenizerJson, IReadOnlyList<string> texts) =>
        Ids(new JsonObject { ["tokenizer"] = JsonNode.Parse(tokenizerJson), ["config"] = new JsonObject(), ["texts"] = Array(texts) });

    public static string[] Decode(string tokenizerJson, IEnumerable<IEnumerable<int>> ids, bool skipSpecial) =>
        Ask(new JsonObject { ["tokenizer"] = JsonNode.Parse(tokenizerJson), ["config"] = new JsonObject(), ["decode"] = Nested(ids), ["skipSpecial"] = skipSpecial })
            .GetProperty("texts").Deserialize<string[]>()!;

    public static string[] Decode(string directory, string family, IEnumerable<IEnumerable<int>> ids, bool skipSpecial) =>
        Ask(new JsonObject { ["directory"] = directory, ["family"] = family, ["decode"] = Nested(ids), ["skipSpecial"] = skipSpecial })
            .GetProperty("texts").Deserialize<string[]>()!;

    /// <summary>Writes tokenizer.json and tokenizer_config.json of a vocab.json directory into another.</summary>
    public static void WriteTokenizerJson(string directory, string family, string destination) =>
        Oracle.Node("tokenize.mjs", new JsonObject { ["directory"] = directory, ["family"] = family }.ToJsonString(), "write", destination);

    private static int[][] Ids(JsonObject request) => Ask(request).GetProperty("ids").Deserialize<int[][]>()!;

    private static JsonElement Ask(JsonObject request) => JsonDocument.Parse(Oracle.Node("tokenize.mjs", request.ToJsonString())).RootElement;

    private static JsonArray Array(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    private static JsonArray Nested(IEnumerable<IEnumerable<int>> ids) => [.. ids.Select(list => new JsonArray([.. list.Select(id => (JsonNode)id)]))];
}
