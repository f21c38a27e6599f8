using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>The flags of an added token, as tokenizer.json, added_tokens_decoder and special_tokens_map.json write them.</summary>
internal static class AddedTokenFlags
{
    public static AddedToken Read(int id, string content, JsonElement flags, bool specialIfAbsent, string sourceName, string where)
    {
        var special = StrictJson.Flag(flags, "special", specialIfAbsent, sourceName, where);
        return new AddedToken(
            id,
            content,
            special,
            StrictJson.Flag(flags, "single_word", false, sourceName, where),
            StrictJson.Flag(flags, "lstrip", false, sourceName, where),
            StrictJson.Flag(flags, "rstrip", false, sourceName, where),
            StrictJson.Flag(flags, "normalized", !special, sourceName, where));
    }
}
