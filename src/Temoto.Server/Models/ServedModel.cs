using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Temoto.Generation;
using Temoto.Generation.Tools;
using Temoto.Server.Http;
using Temoto.Server.Scheduling;

namespace Temoto.Server.Models;

/// <summary>A model that is loaded, under the name that clients know, with what computes it.</summary>
internal sealed class ServedModel : IDisposable
{
    private readonly DateTimeOffset loaded = DateTimeOffset.UtcNow;

    public ServedModel(string name, LanguageModel model, Scheduler scheduler)
    {
        Name = name;
        Model = model;
        Scheduler = scheduler;
    }

    public string Name { get; }

    /// <summary>The name with a tag.</summary>
    public string TaggedName => ModelName.Tagged(Name);

    public LanguageModel Model { get; }

    public Scheduler Scheduler { get; }

    public KnownModel Known => new(Name, Model.Info, Model.HasChatTemplate, Model.WritesThoughts, loaded);

    /// <summary>The prompt of a conversation, and how its answer is to be read.</summary>
    public ChatPrompt Prompt(IReadOnlyList<ChatMessage> messages, ChatOptions? chat = null)
    {
        if (!Model.HasChatTemplate)
            throw RequestException.Unsupported("messages", "a conversation", "a model with a chat template", "use a completion of plain text, or a chat model");
        return Judged(() => Model.PrepareChat(messages, chat));
    }

    /// <summary>Checks a prompt and its options against the model.</summary>
    public GenerationRequest Request(int[] prompt, GenerationOptions options) => Request(prompt, () => GenerationRequest.Create(Model, prompt, options, Stopwatch.GetTimestamp()));

    /// <summary>Likewise, of a conversation.</summary>
    public GenerationRequest Request(ChatPrompt prompt, GenerationOptions options) => Request(prompt.Tokens, () => GenerationRequest.Create(Model, prompt, options, Stopwatch.GetTimestamp()));

    private GenerationRequest Request(int[] tokens, Func<GenerationRequest> create) =>
        tokens.Length < Model.Info.ContextTokens ? Judged(create) : throw RequestException.ContextExceeded(Model.Info.ContextTokens, tokens.Length);

    /// <summary>Puts the texts of a request into the line of whoever asks. A client that leaves takes them out.</summary>
    public GenerationGroup Submit(HttpContext context, IReadOnlyList<GenerationRequest> requests)
    {
        var group = Scheduler.Submit(context.Items["who"] as string ?? context.Connection.RemoteIpAddress?.ToString() ?? "", requests);
        context.RequestAborted.Register(group.Cancel);
        return group;
    }

    /// <summary>Lines of the library name the model by its path, which is nobody's business beyond this machine.</summary>
    private T Judged<T>(Func<T> judge)
    {
        try
        {
            return judge();
        }
        catch (InputException error) when (error.Message.Contains(Model.Info.Path, StringComparison.Ordinal))
        {
            throw new RequestException(400, error.Message.Replace(Model.Info.Path, Name, StringComparison.Ordinal), "invalid_value");
        }
    }

    public void Dispose()
    {
        try
        {
            Scheduler.Dispose();
        }
        finally
        {
            Model.Dispose();
        }
    }
}
