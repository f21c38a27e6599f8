using Temoto.Formats.Config;

namespace Temoto.Quantization;

/// <summary>Cuts a tokenized text into the sequences a quantizer calibrates on.</summary>
internal static class CalibrationTokens
{
    /// <summary>AutoAWQ's block of tokens.</summary>
    public const int SequenceTokens = 512;

    /// <summary>
    /// About this many tokens in all: enough that more change little, few enough that the Qwen2.5-0.5B shape takes minutes on two cores.
    /// </summary>
    public const int DefaultTokens = 4096;

    /// <summary>
    /// Sequences of <see cref="SequenceTokens"/> tokens (the model's positions where it has fewer), taken at even distances over the whole text. A text
    /// shorter than one sequence is one sequence.
    /// </summary>
    public static IReadOnlyList<int[]> Cut(IReadOnlyList<int> text, ModelConfig config, int totalTokens = DefaultTokens)
    {
        var length = Math.Min(SequenceTokens, config.MaxPositionEmbeddings);
        if (text.Count <= length)
            return text.Count == 0 ? [] : [[.. text]];
        var available = text.Count / length;
        var count = Math.Clamp(totalTokens / length, 1, available);
        return [.. Enumerable.Range(0, count).Select(i => text.Skip((int)((long)i * available / count) * length).Take(length).ToArray())];
    }

    /// <summary>Refuses what the model cannot run.</summary>
    public static void Check(IReadOnlyList<int[]> sequences, ModelConfig config)
    {
        if (sequences.Sum(sequence => (long)sequence.Length) == 0)
            throw new InputException("calibration", null, "no tokens", "a text", "name a text with --calibration");
        foreach (var sequence in sequences)
        {
            if (sequence.Length > config.MaxPositionEmbeddings)
                throw new InputException("calibration", null, $"a sequence of {sequence.Length} tokens", $"at most {config.MaxPositionEmbeddings} (max_position_embeddings)", "cut the text into shorter sequences");
            foreach (var token in sequence)
            {
                if ((uint)token >= (uint)config.VocabSize)
                    throw new InputException("calibration", null, $"token {token}", $"ids below vocab_size {config.VocabSize}", "use the tokenizer that belongs to these weights");
            }
        }
    }
}
