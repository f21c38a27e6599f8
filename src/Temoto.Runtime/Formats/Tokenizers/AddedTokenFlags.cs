using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>The flags of an added token, as tokenizer.json, added_tokens_decoder and special_tokens_map.json write them.</summary>
internal static class AddedTokenFlags
{
    public static AddedToken Read(int id, string content, JsonFields flags, bool specialIfAbsent)
    {
        var special = flags.Bool("special") ?? specialIfAbsent;
        return new AddedToken(
            id,
            content,
            special,
            flags.Bool("single_word") ?? false,
            flags.Bool("lstrip") ?? false,
            flags.Bool("rstrip") ?? false,
            flags.Bool("normalized") ?? !special);
    }
}
