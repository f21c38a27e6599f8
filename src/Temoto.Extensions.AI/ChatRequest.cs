using Microsoft.Extensions.AI;
using Ai = Microsoft.Extensions.AI;

namespace Temoto.Extensions.AI;

/// <summary>What a call asks for, in the words of the runtime. Whatever would change the answer and cannot be done is refused.</summary>
/// <param name="TellsThoughts">Whether the answer holds what the model thinks.</param>
internal sealed record ChatRequest(IReadOnlyList<ChatMessage> Messages, ChatOptions Chat, GenerationOptions Generation, bool TellsThoughts)
{
    /// <exception cref="ArgumentException">A message or an option that cannot be used.</exception>
    /// <exception cref="NotSupportedException">A message or an option asks for what cannot be done.</exception>
    public static ChatRequest Read(IEnumerable<Ai.ChatMessage> messages, Ai.ChatOptions? options, TemotoChatClient client)
    {
        options ??= new Ai.ChatOptions();
        RefuseWhatIsNotHere(options);
        ModelName.Require(options.ModelId, client.ModelId, "ChatOptions.ModelId");
        var settings = AdditionalSettings.Read(options.AdditionalProperties);
        var generation = Generate(options, settings, client);
        var tools = ReadTools(options.Tools);
        var choice = ReadChoice(options.ToolMode, tools);
        var chat = new ChatOptions
        {
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = options.AllowMultipleToolCalls ?? true,
            Thinking = ReadThinking(options.Reasoning, generation.Form),
            TemplateArguments = settings.TemplateArguments(options.Reasoning?.Effort),
        };
        return new ChatRequest(MessageContents.Read(messages, options.Instructions), chat, generation, options.Reasoning?.Output is not ReasoningOutput.None);
    }

    private static void RefuseWhatIsNotHere(Ai.ChatOptions options)
    {
        if (options.ConversationId is not null)
            throw new NotSupportedException("ChatOptions.ConversationId: this client keeps no conversations; send all messages with each call");
#pragma warning disable MEAI001 // For evaluation only; who sets it wants an answer that does not exist.
        if (options.ContinuationToken is not null)
            throw new NotSupportedException("ChatOptions.ContinuationToken: this client answers nothing in the background; ask again");
#pragma warning restore MEAI001
    }

    private static GenerationOptions Generate(Ai.ChatOptions options, AdditionalSettings settings, TemotoChatClient client)
    {
        var given = options.RawRepresentationFactory?.Invoke(client) switch
        {
            null => null,
            GenerationOptions raw => raw,
            var other => throw new NotSupportedException($"ChatOptions.RawRepresentationFactory: found a {other.GetType().Name}; expected a {nameof(GenerationOptions)}, on which the other options are laid"),
        };
        if (given?.TopLogprobs is not null)
            throw new NotSupportedException($"{nameof(GenerationOptions)}.{nameof(GenerationOptions.TopLogprobs)}: answers have no place for logprobs; use {nameof(Session)}.{nameof(Session.StreamAsync)}");
        var form = ReadForm(options.ResponseFormat, settings.Form, given?.Form);
        // Where nobody says how long an answer may be, the context does.
        var start = given ?? new GenerationOptions { MaxTokens = int.MaxValue };
        return start with
        {
            MaxTokens = options.MaxOutputTokens ?? start.MaxTokens,
            Temperature = options.Temperature ?? start.Temperature,
            TopP = options.TopP ?? start.TopP,
            TopK = options.TopK ?? start.TopK,
            MinP = settings.MinP ?? start.MinP,
            RepetitionPenalty = settings.RepetitionPenalty ?? start.RepetitionPenalty,
            FrequencyPenalty = options.FrequencyPenalty ?? start.FrequencyPenalty,
            PresencePenalty = options.PresencePenalty ?? start.PresencePenalty,
            Seed = (ulong?)options.Seed ?? start.Seed,
            Stop = options.StopSequences is { } stops ? [.. stops] : start.Stop,
            Form = form,
        };
    }

    private static AnswerForm? ReadForm(ChatResponseFormat? format, AnswerForm? grammar, AnswerForm? raw)
    {
        var asked = format switch
        {
            null or ChatResponseFormatText => null,
            ChatResponseFormatJson { Schema: { } schema } => AnswerForm.JsonSchema(schema.GetRawText()),
            ChatResponseFormatJson => AnswerForm.Json,
            _ => throw new NotSupportedException($"ChatOptions.ResponseFormat: found a {format.GetType().Name}; expected text, JSON or a JSON schema"),
        };
        AnswerForm?[] forms = [asked, grammar, raw];
        return forms.Count(form => form is not null) > 1
            ? throw new ArgumentException("ChatOptions.ResponseFormat: found a second form of the answer; expected one; leave the others out")
            : forms.FirstOrDefault(form => form is not null);
    }

    private static List<ToolDefinition> ReadTools(IList<AITool>? tools) => [.. (tools ?? []).Select((tool, i) => tool switch
    {
        AIFunctionDeclaration function => new ToolDefinition(function.Name, function.Description is { Length: > 0 } description ? description : null, ToolSchema.Closed(function.JsonSchema)),
        null => throw new ArgumentException($"ChatOptions.Tools[{i}] is null"),
        _ => throw new NotSupportedException($"ChatOptions.Tools[{i}]: found a {tool.GetType().Name}, which a service would run; expected functions (AIFunctionDeclaration); this client runs nothing itself"),
    })];

    private static ToolChoice ReadChoice(ChatToolMode? mode, List<ToolDefinition> tools)
    {
        var choice = mode switch
        {
            null or AutoChatToolMode => ToolChoice.Auto,
            NoneChatToolMode => ToolChoice.None,
            RequiredChatToolMode { RequiredFunctionName: { } name } => ToolChoice.Function(name),
            RequiredChatToolMode => ToolChoice.Required,
            _ => throw new NotSupportedException($"ChatOptions.ToolMode: found a {mode.GetType().Name}; expected auto, none or a call that is required"),
        };
        if (mode is RequiredChatToolMode && tools.Count == 0)
            throw new ArgumentException("ChatOptions.ToolMode: found a call that must be made, and no tools; expected tools beside it; give some, or leave it out");
        if (choice.Name is not null && tools.All(tool => tool.Name != choice.Name))
            throw new ArgumentException($"ChatOptions.ToolMode: found '{choice.Name}'; expected the name of one of the tools; mend it");
        return choice;
    }

    /// <summary>An answer that is held to a form from its first token has no room for thoughts; models with a switch are told so.</summary>
    private static bool? ReadThinking(ReasoningOptions? reasoning, AnswerForm? form) => (reasoning?.Effort, form) switch
    {
        (_, not null) or (ReasoningEffort.None, _) => false,
        (null, null) => null,
        _ => true,
    };
}
