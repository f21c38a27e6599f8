namespace Temoto.Generation.Tools;

/// <summary>
/// A call that an answer must begin with: the prompt ends with its opening, and the model goes on from there with the arguments of <see cref="Tool"/>, then <see cref="Closing"/>; without a tool, with the name of one of
/// them first.
/// </summary>
/// <param name="Opening">The first text of the answer.</param>
/// <param name="Tool">The tool whose arguments follow; null where the model is to choose one.</param>
/// <param name="Closing">What follows the arguments.</param>
/// <param name="HasJsonArguments">Whether arguments follow as a JSON object, white space before it allowed.</param>
internal sealed record ForcedCall(string Opening, ToolDefinition? Tool, string Closing, bool HasJsonArguments)
{
    /// <summary>The arguments are held to the tool's schema, unless the model is to choose the tool, or arguments are no JSON. A form of the request is for a text, which does not come here.</summary>
    public GenerationOptions HeldTo(GenerationOptions? options) => (options ?? new GenerationOptions()) with
    {
        Form = Tool is null || !HasJsonArguments ? null : AnswerForm.Arguments(Tool.Parameters ?? ToolDefinition.NoParameters, Closing),
    };

    /// <summary>Null where the model decides whether it calls.</summary>
    public static ForcedCall? For(ChatOptions chat, ToolFormat format)
    {
        if (!chat.ToolChoice.Forces)
            return null;
        // One tool leaves nothing to choose.
        var name = chat.ToolChoice.Name ?? (chat.Tools.Count == 1 ? chat.Tools[0].Name : null);
        if (name is null)
            return new ForcedCall(format.OpenAny, null, format.Close, format.HasJsonArguments);
        return new ForcedCall(format.OpenOf(name), chat.Tools.First(tool => tool.Name == name), format.Close, format.HasJsonArguments);
    }
}
