using Temoto.Formats.Files;

namespace Temoto.Cli;

/// <summary>Prompts to try with a model, a line each, in <c>examples.txt</c> beside its weights: what the demo model brings for its first visitors.</summary>
internal static class ModelExamples
{
    private const string FileName = "examples.txt";
    private const int MaxBytes = 4096;

    /// <summary>The commands that answer them; none where the model brings no examples.</summary>
    public static IReadOnlyList<string> Commands(string model)
    {
        var path = Path.Combine(ModelChoice.Resolve(model), FileName);
        if (!File.Exists(path))
            return [];
        using var reader = SmallFile.ReadText(path, "example prompts", MaxBytes);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(prompt => $"temoto run {model} -p \"{prompt}\"")];
    }
}
