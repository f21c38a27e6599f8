using System.Buffers;
using System.Text;
using System.Text.Json;
using Temoto.Formats.Files;

namespace Temoto.Evaluation.Seeded;

/// <summary>
/// The tokenizer of seeded checkpoints: the 256 bytes without merges, and three control tokens, so that every text works with a vocabulary
/// of any size from <see cref="SmallestVocabSize"/> on. Further tokens are words made up of syllables: no text is cut into them, for want of merges, but a model
/// says them, and what says nothing cannot be timed by its pieces. Written as Hugging Face's tokenizer.json and tokenizer_config.json.
/// </summary>
internal static class SeededTokenizer
{
    public const int EndOfText = 256;
    public const int TurnStart = 257;
    public const int TurnEnd = 258;
    public const int SmallestVocabSize = 259;

    private const string ChatTemplate =
        "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    /// <summary>A space in GPT-2's alphabet.</summary>
    private const char Space = '\u0120';

    private const string Consonants = "bdfghjklmnprstvwyz", Vowels = "aeiou";

    private static readonly (int Id, string Content)[] Specials = [(EndOfText, "<|endoftext|>"), (TurnStart, "<|im_start|>"), (TurnEnd, "<|im_end|>")];

    public static void Write(string directory, int vocabSize)
    {
        AtomicFile.WriteText(Path.Combine(directory, "tokenizer.json"), Json(json => WriteTokenizer(json, vocabSize)));
        AtomicFile.WriteText(Path.Combine(directory, "tokenizer_config.json"), Json(WriteConfig));
    }

    private static void WriteTokenizer(Utf8JsonWriter json, int vocabSize)
    {
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        foreach (var (id, content) in Specials)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", content);
            foreach (var flag in new[] { "single_word", "lstrip", "rstrip", "normalized" })
                json.WriteBoolean(flag, false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNull("normalizer");
        WriteByteLevel(json, "pre_tokenizer");
        json.WriteNull("post_processor");
        WriteByteLevel(json, "decoder");
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteString("continuing_subword_prefix", "");
        json.WriteString("end_of_word_suffix", "");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);
        json.WriteStartObject("vocab");
        // GPT-2's alphabet: printable Latin-1 bytes stand for themselves, the others for U+0100 onwards.
        var next = 256;
        for (var b = 0; b < 256; b++)
        {
            var printable = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
            json.WriteNumber(((char)(printable ? b : next++)).ToString(), b);
        }
        // Here too: readers give added tokens that they do not find here the next id.
        foreach (var (id, content) in Specials)
            json.WriteNumber(content, id);
        for (var id = SmallestVocabSize; id < vocabSize; id++)
            json.WriteNumber(Word(id - SmallestVocabSize), id);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A space and the syllables of a number, at least two: each number has its own word.</summary>
    private static string Word(int number)
    {
        var syllables = Consonants.Length * Vowels.Length;
        var word = "";
        for (var rest = number + syllables; rest > 0; rest /= syllables)
            word = $"{Consonants[rest % syllables / Vowels.Length]}{Vowels[rest % Vowels.Length]}{word}";
        return Space + word;
    }

    private static void WriteByteLevel(Utf8JsonWriter json, string key)
    {
        json.WriteStartObject(key);
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }

    private static void WriteConfig(Utf8JsonWriter json)
    {
        json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        json.WriteBoolean("add_bos_token", false);
        json.WriteString("bos_token", "<|endoftext|>");
        json.WriteString("eos_token", "<|im_end|>");
        json.WriteString("chat_template", ChatTemplate);
    }

    private static string Json(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
