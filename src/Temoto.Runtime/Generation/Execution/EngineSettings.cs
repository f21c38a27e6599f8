using Temoto.Formats.Config;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>What <see cref="ModelOptions"/> mean for a model, checked: numbers in place of nulls and names.</summary>
internal static class EngineSettings
{
    /// <summary>Sequences of one run: beyond, arithmetic would only take longer.</summary>
    public const int MostBatchSequences = 64;

    /// <summary>No machine this is made for has more processors.</summary>
    public const int MostThreads = 1024;

    /// <summary>Default context where the model would allow more: a KV cache that small machines can hold.</summary>
    private const int DefaultContextTokens = 4096;

    /// <param name="memoryBytes">What there is where the options state no budget.</param>
    /// <exception cref="ArgumentException">An option cannot be met.</exception>
    public static PlanSettings Of(ModelConfig config, ModelOptions options, long memoryBytes)
    {
        RequireDefined(nameof(options.KvCache), options.KvCache);
        RequireDefined(nameof(options.Activations), options.Activations);
        RequireDefined(nameof(options.Dataflow), options.Dataflow);
        RequireDefined(nameof(options.PackedWeights), options.PackedWeights);
        RequireDefined(nameof(options.Repack), options.Repack);
        // A picture has as many tokens as it has; they all run together, as do those of a text of which each sees the others.
        var isPicture = config.Vision is not null;
        return new PlanSettings(
            isPicture ? config.MaxPositionEmbeddings : ContextOf(config, options.ContextTokens),
            KvOf(options.KvCache) ?? (options.Precise ? NumberType.Float32 : NumberType.Float16),
            ModeOf(options.Dataflow),
            SequencesOf(options.MaxBatchSequences),
            isPicture || ModelTypes.Of(config).MakesVectors,
            options.PackedWeights ?? PackedWeightsChoice.Auto,
            options.MemoryBudgetBytes ?? memoryBytes);
    }

    /// <summary>The numbers of a cache; null where the choice is left to others.</summary>
    public static NumberType? KvOf(KvCacheType? choice) => choice switch { KvCacheType.F32 => NumberType.Float32, KvCacheType.F16 => NumberType.Float16, KvCacheType.Int8 => NumberType.Int8, _ => null };

    /// <summary>The mode of a prompt's attention; null where the choice is the planner's.</summary>
    public static DataflowMode? ModeOf(DataflowChoice? choice) => choice switch { DataflowChoice.Gemm => DataflowMode.Gemm, DataflowChoice.Tphs => DataflowMode.Tphs, _ => null };

    /// <summary>What <see cref="ModelOptions.Threads"/> means.</summary>
    public static int ThreadsOf(int? asked)
    {
        if (asked is null)
            return HostProcessor.PhysicalCores;
        return asked is >= 1 and <= MostThreads
            ? asked.Value
            : throw new OptionException("ModelOptions.Threads", asked, $"{asked}", $"1 to {MostThreads}", $"leave it out to take {HostProcessor.PhysicalCores}");
    }

    /// <summary>Numbers that are none of an enumeration's names would else be taken as its default.</summary>
    private static void RequireDefined<T>(string name, T? value)
        where T : struct, Enum
    {
        if (value is { } given && !Enum.IsDefined(given))
            throw new OptionException($"ModelOptions.{name}", given, $"{given}", $"one of {string.Join(", ", Enum.GetNames<T>())}", "leave it out for the default");
    }

    private static int ContextOf(ModelConfig config, int? asked)
    {
        if (asked is null)
            return Math.Min(config.MaxPositionEmbeddings, DefaultContextTokens);
        return asked >= 1 && asked <= config.MaxPositionEmbeddings
            ? asked.Value
            : throw new OptionException("ModelOptions.ContextTokens", asked, $"{asked}", $"1 to {config.MaxPositionEmbeddings} tokens (max_position_embeddings)", "choose a length the model was made for");
    }

    private static int SequencesOf(int asked) => asked is >= 1 and <= MostBatchSequences
        ? asked
        : throw new OptionException("ModelOptions.MaxBatchSequences", asked, $"{asked}", $"1 to {MostBatchSequences}", "1 computes sessions one after the other");
}
