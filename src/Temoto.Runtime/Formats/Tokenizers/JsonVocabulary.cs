using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// Token ids in JSON: an object of texts and ids (vocab.json, tokenizer.json's <c>model.vocab</c>) read without a document tree, and single ones.
/// </summary>
internal static class JsonVocabulary
{
    /// <summary>The reader stands on the object's start and is left on its end.</summary>
    public static void ReadInto(VocabularyBuilder vocabulary, ref Utf8JsonReader reader, string sourceName, string where)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InputException(sourceName, where, $"{reader.TokenType}", "an object of token ids", JsonFile.OtherKind);
        var buffer = new char[256];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (buffer.Length < reader.ValueSpan.Length)
                buffer = new char[reader.ValueSpan.Length * 2];
            var token = buffer.AsSpan(0, reader.CopyString(buffer));
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var id) || id < 0 || id >= Vocabulary.LargestCount)
                throw new InputException(
                    sourceName, $"{where}['{token}']", $"{reader.TokenType}", $"a token id from 0 to {Vocabulary.LargestCount - 1}", JsonFile.OtherKind);
            if (!vocabulary.TryAdd(token, id))
                throw new InputException(sourceName, $"{where}['{token}']", "the same token twice", "each token once", JsonFile.Damaged);
        }
    }

    /// <summary>A token id that stands by itself.</summary>
    public static int Id(JsonValue value) =>
        value.TryInt(out var id) && id is >= 0 and < Vocabulary.LargestCount
            ? id
            : throw value.Wrong($"a token id below {Vocabulary.LargestCount}");
}
