using System.CommandLine;
using System.Text.Json;

namespace Temoto.Cli;

/// <summary>The options that say what a chat template is told beside the messages.</summary>
internal sealed class ChatChoice
{
    private readonly Option<string?> tools = new("--tools") { Description = "Tools that the model may ask to be called: a file with OpenAI's array of functions; calls are printed as lines of JSON", HelpName = "FILE" };
    private readonly Option<string?> think = new Option<string?>("--think") { Description = "Whether the model is asked to think first, where its template has a switch for that: on or off (default: the template's); thoughts go to stderr", HelpName = "on|off" }.OneOf("on", "off");
    private readonly Option<string[]> arguments = new("--template-arg") { Description = "A variable of the chat template, as JSON or as text: enable_thinking=false; may be given several times", HelpName = "NAME=VALUE" };

    public ChatChoice() => arguments.Validators.Add(result =>
    {
        if (result.Tokens.FirstOrDefault(token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0) is { } bad)
            result.AddError(UsageLine.Of(arguments.Name, bad.Value, "NAME=VALUE", "put = between the variable's name and its value"));
    });

    /// <summary>Every option of this kind.</summary>
    public Option[] All => [tools, think, arguments];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Options.Add(option);
    }

    /// <summary>Reads the file of tools.</summary>
    public ChatOptions Options(ParseResult parsed)
    {
        var chat = new ChatOptions
        {
            Tools = parsed.GetValue(tools) is { } path ? ToolFile.Read(path) : [],
            Thinking = parsed.GetValue(think) is { } word ? word == "on" : null,
            TemplateArguments = (parsed.GetValue(arguments) ?? []).Select(argument => argument.Split('=', 2)).GroupBy(pair => pair[0]).ToDictionary(pairs => pairs.Key, pairs => Value(pairs.Last()[1])),
        };
        chat.Check();
        return chat;
    }

    private static JsonElement Value(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\"");
        }
    }
}
