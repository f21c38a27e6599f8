using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// Reads tokenizer.json's <c>added_tokens</c> into the vocabulary as it goes, without a document tree, which takes several times the text of a long list. As in Hugging Face's tokenizers
/// their ids count for nothing: a token that the vocabulary has keeps its id there, others are numbered on behind it. A content that comes twice has the later flags.
/// </summary>
internal sealed class AddedTokenReader(VocabularyBuilder vocabulary, string sourceName)
{
    private const string Section = "added_tokens";

    private static readonly string[] FlagNames = ["special", "single_word", "lstrip", "rstrip", "normalized"];

    private readonly AddedTokenList tokens = new();

    private readonly int modelCount = vocabulary.Count;

    /// <summary>The highest id of an added token so far.</summary>
    private int highest = -1;
    private char[] text = new char[256];
    private int length;
    private int? id;

    /// <summary>The flags of the token at hand; null where it does not say.</summary>
    private readonly bool?[] flags = new bool?[FlagNames.Length];

    private string Where => $"{Section}[{tokens.Count}]";

    /// <param name="utf8">The array.</param>
    public AddedTokenList Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, JsonFile.ReaderOptions);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return tokens;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Wrong(Section, reader.TokenType, "an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            ReadToken(ref reader);
            AddToken();
        }
        return tokens;
    }

    private void ReadToken(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Wrong(Where, reader.TokenType, "an object");
        (id, length) = (null, -1);
        Array.Clear(flags);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
                ReadId(ref reader);
            else if (reader.ValueTextEquals("content"u8))
                ReadContent(ref reader);
            else
                ReadFlag(ref reader);
        }
        if (length < 0)
            throw Missing($"{Where}.content", "a string");
        if (id is null)
            throw Missing($"{Where}.id", "a token id");
    }

    private void ReadId(ref Utf8JsonReader reader)
    {
        if (id is not null)
            throw Twice($"{Where}.id");
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var number) || number is < 0 or >= Vocabulary.LargestCount)
            throw Wrong($"{Where}.id", reader.TokenType, $"a token id below {Vocabulary.LargestCount}");
        id = number;
    }

    private void ReadContent(ref Utf8JsonReader reader)
    {
        if (length >= 0)
            throw Twice($"{Where}.content");
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            throw Wrong($"{Where}.content", reader.TokenType, "a string");
        if (text.Length < reader.ValueSpan.Length)
            text = new char[reader.ValueSpan.Length * 2];
        length = reader.CopyString(text);
    }

    /// <summary>Keys that are no flags are passed over.</summary>
    private void ReadFlag(ref Utf8JsonReader reader)
    {
        var flag = 0;
        while (flag < FlagNames.Length && !reader.ValueTextEquals(FlagNames[flag]))
            flag++;
        reader.Read();
        if (flag == FlagNames.Length)
        {
            reader.Skip();
            return;
        }
        if (flags[flag] is not null)
            throw Twice($"{Where}.{FlagNames[flag]}");
        flags[flag] = reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Null => null,
            _ => throw Wrong($"{Where}.{FlagNames[flag]}", reader.TokenType, "true or false"),
        };
    }

    private void AddToken()
    {
        var content = text.AsSpan(0, length);
        if (content.IsEmpty)
            return;
        if (!vocabulary.TryGetId(content, out var known))
        {
            known = Math.Max(highest + 1, modelCount);
            vocabulary.Add(content, known);
        }
        highest = Math.Max(highest, known);
        var special = flags[0] ?? false;
        tokens.Add(known, special, flags[1] ?? false, flags[2] ?? false, flags[3] ?? false, flags[4] ?? !special);
    }

    private InputException Twice(string key) => new(sourceName, key, "it twice", "it once", JsonFile.Damaged);

    private InputException Missing(string key, string expected) => new(sourceName, key, "nothing", expected, JsonFile.OtherKind);

    private InputException Wrong(string key, JsonTokenType found, string expected) =>
        new(sourceName, key, $"{found}", expected, JsonFile.OtherKind);
}
