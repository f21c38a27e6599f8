using Temoto.Formats.Config;
using Temoto.Plans;

namespace Temoto.Models;

/// <summary>From a checkpoint's configuration to its operations.</summary>
internal static class Architecture
{
    /// <summary>The operations of <paramref name="config"/>'s model type; <paramref name="source"/> names the file for the error line.</summary>
    public static Graph Build(ModelConfig config, string source) => (ModelTypes.Find(config.ModelType)
        ?? throw new InputException(source, "model_type", $"'{config.ModelType}'", ModelTypes.Names(_ => true), "convert or choose a model of a supported type")).Build(config);
}
