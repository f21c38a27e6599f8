using System.Globalization;

namespace Temoto.Cli.Mcp;

/// <summary><c>count_tokens</c>: how much of the context a text takes.</summary>
internal static class CountTool
{
    public static ModelTool Of(LanguageModel model) => new(
        "count_tokens",
        $"Count the tokens of a text. The context holds {model.Info.ContextTokens}, of question and answer together.",
        ModelTool.SchemaOf("""{"type": "object", "required": ["text"], "additionalProperties": false, "properties": {"text": {"type": "string"}}}"""),
        (arguments, _) => Task.FromResult(ModelTool.Text(model.CountTokens(arguments.RequiredText("text")).ToString(CultureInfo.InvariantCulture))));
}
