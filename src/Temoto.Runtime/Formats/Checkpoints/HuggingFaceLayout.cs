using Temoto.Formats.Config;
using Temoto.Models;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// What has to change before a checkpoint of another format fits a Hugging Face config.json: there, element i of a head rotates with i + HeadDim / 2, while
/// llama2.c files and GGUF files of llama and its like keep rotated pairs as neighbours.
/// </summary>
internal static class HuggingFaceLayout
{
    /// <summary>The configuration as config.json can say it; an <see cref="InputException"/> where it cannot.</summary>
    public static ModelConfig ConfigOf(Checkpoint checkpoint)
    {
        const string next = "start from the Hugging Face checkpoint of this model";
        var config = checkpoint.Config;
        if (config.Vision is not null)
            throw new InputException(checkpoint.Path, "model_type", $"'{config.ModelType}'", "a language model: the format has no other", "write a .temoto file");
        if (config.RopeFrequencyFactors is not null)
            throw new InputException(checkpoint.Path, "rope_freqs.weight", "frequency factors", "a scaling that config.json can say", next);
        if (!ModelTypes.Of(config).KeepsTensors)
            throw new InputException(checkpoint.Path, "model_type", $"'{config.ModelType}', whose tensors are not kept as its checkpoints have them", "a type whose tensors are", "write a .temoto file");
        if (ModelTypes.Of(config).Unsayable(config) is { } unsayable)
            throw new InputException(checkpoint.Path, "model_type", unsayable, $"{config.ModelType} as config.json means it", next);
        return config with { RopeInterleaved = false };
    }

    /// <summary>Which stored row of a weight or element of a bias is its row r in Hugging Face's layout; null where rows stay.</summary>
    public static Func<long, long>? RowOrder(ModelConfig config, string tensorName)
    {
        if (!config.RopeInterleaved || !(tensorName.Contains(".q_proj.", StringComparison.Ordinal) || tensorName.Contains(".k_proj.", StringComparison.Ordinal)))
            return null;
        long headDim = config.HeadDim;
        return row =>
        {
            var inHead = row % headDim;
            return row - inHead + inHead % (headDim / 2) * 2 + inHead / (headDim / 2);
        };
    }
}
