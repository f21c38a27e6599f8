using System.Text.Json.Nodes;

namespace Temoto.Formats.Tokenizers;

/// <summary>SentencePiece's own normalizer and decoder as parts of a pipeline: like those of a tokenizer.json, which has none of this kind.</summary>
internal static class SentencePieceJson
{
    /// <param name="charsMap">precompiled_charsmap; empty where characters stay as they are.</param>
    /// <param name="prefixesEveryPiece">Text behind an added token gets the prefix too.</param>
    /// <param name="userDefined">Pieces that are taken wherever they stand; null for a vocabulary that does not tell them.</param>
    public static string Normalizer(ReadOnlySpan<byte> charsMap, bool addsDummyPrefix, bool prefixesEveryPiece, bool removesExtraWhitespaces, bool escapesWhitespaces, IEnumerable<string>? userDefined)
    {
        var json = new JsonObject
        {
            ["type"] = "SentencePiece",
            ["precompiled_charsmap"] = Convert.ToBase64String(charsMap),
            ["add_dummy_prefix"] = addsDummyPrefix,
        };
        if (prefixesEveryPiece)
            json["prefix_every_piece"] = true;
        json["remove_extra_whitespaces"] = removesExtraWhitespaces;
        json["escape_whitespaces"] = escapesWhitespaces;
        if (userDefined is not null)
            json["user_defined"] = new JsonArray([.. userDefined.Select(piece => (JsonNode)piece)]);
        return json.ToJsonString();
    }

    /// <param name="unknown">What an unknown piece is called; "" for none.</param>
    /// <param name="addsDummyPrefix">As the normalizer.</param>
    /// <param name="removesExtraWhitespaces">As the normalizer.</param>
    public static string Decoder(string unknown, bool addsDummyPrefix, bool removesExtraWhitespaces) => new JsonObject
    {
        ["type"] = "SentencePiece",
        ["unknown"] = unknown,
        ["strips_first"] = addsDummyPrefix || removesExtraWhitespaces,
        ["strips_all"] = removesExtraWhitespaces,
    }.ToJsonString();
}
