namespace Temoto.Cli;

/// <summary>The library speaks of its properties; whoever types a command knows them by other names.</summary>
internal static class OptionNames
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["ModelOptions.Threads"] = "--threads",
        ["ModelOptions.Kernels"] = "--kernels",
        ["ModelOptions.ContextTokens"] = "--context",
        ["ModelOptions.KvCache"] = "--kv",
        ["KvCacheType.Int8"] = "--kv int8",
        ["ModelOptions.PackedWeights"] = "--packed",
        ["ModelOptions.Repack"] = "--repack",
        ["ModelOptions.Dataflow"] = "--dataflow",
        ["DataflowChoice.Tphs"] = "--dataflow tphs",
        ["ModelOptions.Activations"] = "--activations",
        ["ModelOptions.MaxBatchSequences"] = "--batch",
        ["ModelOptions.Precise"] = "--precise",
        ["ModelOptions.Load"] = "--load",
        ["ModelLoad.Copy"] = "--load copy",
        ["ModelOptions.Adapter"] = "--adapter",
        ["ModelOptions.Verify"] = "--verify",
        ["ModelOptions.MemoryBudgetBytes"] = "--memory-budget",
        ["GenerationOptions.MaxTokens"] = "--max-tokens",
        ["GenerationOptions.Temperature"] = "--temperature",
        ["GenerationOptions.TopK"] = "--top-k",
        ["GenerationOptions.TopP"] = "--top-p",
        ["GenerationOptions.MinP"] = "--min-p",
        ["GenerationOptions.RepetitionPenalty"] = "--repeat-penalty",
        ["GenerationOptions.PresencePenalty"] = "--presence-penalty",
        ["GenerationOptions.FrequencyPenalty"] = "--frequency-penalty",
        ["GenerationOptions.Draft"] = "--draft",
        ["GenerationOptions.Form"] = "--json-schema, --grammar or --choice",
        ["GenerationOptions.Seed"] = "--seed",
        ["GenerationOptions.Stop"] = "--stop",
        ["ChatOptions.Tools"] = "--tools",
        ["Session.CompleteAsync"] = "--raw",
    };

    /// <summary>An error line of the library, with the command's names in it.</summary>
    public static string In(string message)
    {
        foreach (var (property, option) in Names)
            message = message.Replace(property, option, StringComparison.Ordinal);
        return message;
    }
}
