using System.Security.Cryptography;
using System.Text;
using Temoto.Formats.Checkpoints;
using Temoto.Generation;
using Temoto.Generation.Tokenizers;

namespace Temoto.Quantization;

/// <summary>Where calibration tokens come from: a text, or the model itself.</summary>
internal static class CalibrationText
{
    private const ulong Seed = 42;

    /// <summary>The model's own distribution: temperature 1 and nothing cut off.</summary>
    private static readonly SamplingSettings Sampling = new(Temperature: 1, TopK: 0, TopP: 1, MinP: 0, RepetitionPenalty: 1, PresencePenalty: 0, FrequencyPenalty: 0);

    /// <summary>Sequences of a text, as <see cref="CalibrationTokens.Cut"/> takes them.</summary>
    /// <exception cref="InputException">The text is too short to observe anything.</exception>
    public static int[][] FromText(Checkpoint checkpoint, string textPath, string text, int tokens)
    {
        var tokenizer = checkpoint.Tokenizer is { } model
            ? Tokenizer.Create(model, checkpoint.Path)
            : throw new InputException(checkpoint.Path, null, "no tokenizer", "the tokenizer's files", "copy them beside the weights; calibration reads text");
        int[] ids = [.. tokenizer.Encode(text).Where(id => id < checkpoint.Config.VocabSize)];
        const int fewest = 32;
        return ids.Length >= fewest
            ? [.. CalibrationTokens.Cut(ids, checkpoint.Config, tokens)]
            : throw new InputException(textPath, null, $"{ids.Length} tokens", $"at least {fewest}: a text like those the model will see", "choose a longer calibration text");
    }

    /// <summary>
    /// Texts that the model writes itself, for want of others: sampled at temperature 1 from what stands before a user's words in the chat template (as Magpie
    /// draws instructions, Xu et al., arXiv 2406.08464), or from the beginning of a text. Same model, same texts. Every second sequence loses its beginning:
    /// the first position draws activations of its own, and a text that is cut anywhere begins with any token.
    /// </summary>
    public static int[][] Sampled(LanguageModel model, int tokens, Action<long, long>? progress, CancellationToken cancellation)
    {
        var length = Math.Min(CalibrationTokens.SequenceTokens, model.Engine.ContextTokens);
        var start = Start(model);
        var sequences = new int[(tokens + length - 1) / length][];
        using var cache = model.Engine.NewCache();
        var single = new int[1];
        for (var i = 0; i < sequences.Length; i++)
        {
            var sampler = new Sampler(model.Engine.Config.VocabSize, Sampling, Seed + (ulong)i);
            var sequence = new List<int>(start.Take(length - 1));
            cache.Truncate(0);
            var input = sequence.ToArray();
            while (sequence.Count < length)
            {
                sequence.Add(single[0] = model.Engine.Next(input, cache, sampler, cancellation));
                input = single;
                progress?.Invoke((long)i * length + sequence.Count, (long)sequences.Length * length);
            }
            sequences[i] = i % 2 == 0 ? [.. sequence] : [.. sequence.Skip((start.Length + 3 * i) % (length / 2))];
        }
        return sequences;
    }

    /// <summary>A hash of the sequences: part of what tells whether an interrupted job may go on.</summary>
    public static string Hash(IReadOnlyList<int[]> sequences) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('|', sequences.Select(sequence => string.Join(',', sequence))))));

    private static int[] Start(LanguageModel model)
    {
        if (model.HasChatTemplate)
        {
            const string mark = "\u2063temoto\u2063";
            var ids = model.EncodeChat([new ChatMessage("user", mark)]);
            var text = model.Tokenizer.Decode(ids, skipSpecialTokens: false);
            var before = text.IndexOf(mark, StringComparison.Ordinal);
            if (before > 0 && model.Tokenizer.Encode(text[..before], addSpecialTokens: false) is { Length: > 0 } prefix)
                return model.Known(prefix);
        }
        return model.EncodeRaw("") is { Length: > 0 } bos ? bos : [model.EndTokenIds.FirstOrDefault()];
    }
}
