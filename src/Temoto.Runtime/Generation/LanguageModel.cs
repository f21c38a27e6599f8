using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Temoto.Formats.Checkpoints;
using Temoto.Generation;
using Temoto.Generation.Adapters;
using Temoto.Generation.ChatTemplates;
using Temoto.Generation.Execution;
using Temoto.Generation.Tokenizers;
using Temoto.Generation.Tools;
using Temoto.Grammars;
using Temoto.Jinja;
using Temoto.Models;

namespace Temoto;

/// <summary>
/// A loaded model: weights mapped once, threads, kernels, tokenizer and chat template. Safe to use from several threads; every conversation takes a
/// <see cref="Session"/> of its own. Dispose it after its sessions.
/// </summary>
/// <example>
/// <code>
/// using var model = LanguageModel.Load("path/to/checkpoint");
/// await foreach (var piece in model.GenerateAsync("What is a bearing?"))
///     Console.Write(piece);
/// </code>
/// </example>
public sealed class LanguageModel : IDisposable
{
    private readonly Checkpoint checkpoint;
    private readonly ChatTemplate? chatTemplate;
    private readonly ChatFormat? chatFormat;
    private readonly Lazy<ThoughtEnd?> thoughtEnd;
    private FormCompiler? forms;

    private LanguageModel(Checkpoint checkpoint, ModelEngine engine, ModelTexts texts)
    {
        this.checkpoint = checkpoint;
        (TokenizerOrNull, chatTemplate, chatFormat) = texts;
        Engine = engine;
        EndTokenIds = EndTokens(checkpoint.Generation.EosTokenIds, TokenizerOrNull?.EosTokenIds ?? [], engine.Config.VocabSize);
        Info = new ModelInfo(checkpoint, engine);
        thoughtEnd = new(() => Format.Thoughts is { Close: var mark } ? new ThoughtEnd(mark, SpecialId(mark), Engine.Config.VocabSize, Tokenizer.BytesInText, EndTokenIds) : null);
    }

    /// <summary>What was loaded.</summary>
    public ModelInfo Info { get; }

    /// <summary>True where <see cref="Session.ChatAsync(IReadOnlyList{ChatMessage}, GenerationOptions, CancellationToken)"/> can be used.</summary>
    public bool HasChatTemplate => chatTemplate is not null;

    /// <summary>Whether its chat template speaks of thoughts.</summary>
    internal bool WritesThoughts => chatTemplate is not null && Format.Thoughts is not null;

    /// <summary>Whether its chat template has a switch for thoughts.</summary>
    internal bool SwitchesThoughts => WritesThoughts && Format.SwitchesThoughts;

    /// <summary>What ends its thoughts; null for a model that writes none.</summary>
    internal ThoughtEnd? ThoughtEnd => thoughtEnd.Value;

    internal ModelEngine Engine { get; }

    internal GenerationDefaults Defaults => checkpoint.Generation;

    /// <summary>Tokens that end a text, of those that the model has: a checkpoint may name others.</summary>
    internal IReadOnlySet<int> EndTokenIds { get; }

    internal string Path => checkpoint.Path;

    /// <summary>See <see cref="ModelIdentity"/>; reads all weights once.</summary>
    internal byte[] ComputeIdentity() => ModelIdentity.Of(checkpoint, Engine.Plan);

    internal Tokenizer Tokenizer => TokenizerOrNull
        ?? throw new InputException(checkpoint.Path, null, "no tokenizer", "tokenizer.json, or vocab.json and merges.txt, or a tokenizer inside the file", "copy the tokenizer's files beside the weights");

    /// <summary>Made at the first form: a model that is asked for none does without the library of grammars.</summary>
    internal FormCompiler Forms => LazyInitializer.EnsureInitialized(ref forms, NewFormCompiler);

    private Tokenizer? TokenizerOrNull { get; }

    /// <summary>What turns texts into tokens and conversations into texts; null for what a checkpoint does not have.</summary>
    private sealed record ModelTexts(Tokenizer? Tokenizer, ChatTemplate? Template, ChatFormat? Format);

    private FormCompiler NewFormCompiler() => new(() => new TokenVocabulary([.. Enumerable.Range(0, Engine.Config.VocabSize).Select(Tokenizer.BytesInText)], EndTokenIds));

    private static HashSet<int> EndTokens(IReadOnlyList<int> ofModel, IReadOnlyList<int> ofTokenizer, int vocabSize)
    {
        HashSet<int> ends = [.. ofModel, .. ofTokenizer];
        ends.RemoveWhere(id => (uint)id >= (uint)vocabSize);
        return ends;
    }

    /// <summary>
    /// Loads a Hugging Face checkpoint directory, a GGUF file or a llama2.c file.
    /// </summary>
    /// <exception cref="ArgumentException">An option cannot be used; the message names the property.</exception>
    /// <exception cref="InputException">The checkpoint cannot be used; the message says why and what to do.</exception>
    public static LanguageModel Load(string path, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new ModelOptions();
        var preparation = KernelPreparation.Begin(options);
        var checkpoint = AdaptedCheckpoint.Open(path, options.Adapter);
        KernelPreparation.Continue(preparation, options, checkpoint);
        if (options.Load == ModelLoad.Map)
            WeightPages.Begin(checkpoint, options);
        return Load(checkpoint, options);
    }

    /// <summary>Takes the checkpoint over: it is disposed with the model, or at once where the model cannot be made.</summary>
    internal static LanguageModel Load(Checkpoint checkpoint, ModelOptions options)
    {
        ModelEngine? engine = null;
        try
        {
            if (checkpoint.Config.Vision is not null)
                throw new InputException(checkpoint.Path, "model_type", $"'{checkpoint.Config.ModelType}', which looks at pictures", "a language model",
                    ModelTypes.Of(checkpoint.Config).MakesVectors ? "give it pictures (temoto embed MODEL --image FILE), or load it as a PictureEmbeddingModel" : "give it pictures (temoto run MODEL --image FILE), or load it as a VisionModel");
            if (ModelTypes.Of(checkpoint.Config).MakesVectors)
                throw new InputException(checkpoint.Path, "model_type", $"'{checkpoint.Config.ModelType}', which makes vectors of texts", "a model that writes text", "ask for vectors (temoto embed MODEL), or load it as an EmbeddingModel");
            // Tables for a large vocabulary take as long as the plan does: one thread each.
            var text = Task.Run(() =>
            {
                var tokenizer = checkpoint.Tokenizer is null ? null : Tokenizer.Create(checkpoint.Tokenizer, checkpoint.Path);
                var template = checkpoint.ChatTemplate is null ? null : ChatTemplate.Parse(checkpoint.ChatTemplate, checkpoint.Path);
                var format = tokenizer is null || template is null ? null : new ChatFormat(template.Source, mark => SpecialId(tokenizer, mark));
                return new ModelTexts(tokenizer, template, format);
            });
            try
            {
                engine = new ModelEngine(checkpoint, options);
            }
            finally
            {
                // It reads the checkpoint, which is disposed if the engine failed. What it threw is thrown below.
                ((Task)text).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
            }
            return new LanguageModel(checkpoint, engine, text.GetAwaiter().GetResult());
        }
        catch
        {
            engine?.Dispose();
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>A second engine on the same weights, loaded otherwise. The caller disposes it before the model.</summary>
    internal ModelEngine NewEngine(ModelOptions options) => new(checkpoint, options);

    /// <summary>A conversation of its own: a KV cache and nothing else.</summary>
    public Session CreateSession()
    {
        ThrowIfDisposed();
        return new Session(this);
    }

    /// <summary>
    /// Answers one prompt in a session of its own: through the chat template where there is one, otherwise as plain continuation. Arguments are
    /// judged at the call.
    /// </summary>
    /// <exception cref="ArgumentException">An empty prompt for a model with a chat template, or an option that cannot be used.</exception>
    /// <exception cref="InputException">The prompt does not fit the context, or the model has no tokenizer.</exception>
    public IAsyncEnumerable<string> GenerateAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ThrowIfDisposed();
        if (HasChatTemplate && prompt.Length == 0)
            throw new ArgumentException("an empty prompt leaves a chat model nothing to answer; Session.CompleteAsync starts from the beginning-of-sequence token", nameof(prompt));
        var start = Stopwatch.GetTimestamp();
        var tokens = HasChatTemplate ? EncodeChat([new ChatMessage("user", prompt)]) : EncodeRaw(prompt);
        return StreamAsync(GenerationRequest.Create(this, tokens, options, start), cancellationToken);
    }

    /// <summary>Answers one prompt with a value of a type: the answer is held to the type's schema (<see cref="AnswerForm.Of"/>), and read.</summary>
    /// <exception cref="ArgumentException">As <see cref="GenerateAsync(string, GenerationOptions, CancellationToken)"/>, or the options have a form of their own.</exception>
    /// <exception cref="InputException">The prompt does not fit the context, the model has no tokenizer, or the type's schema cannot be held to.</exception>
    /// <exception cref="InvalidOperationException">The answer came to <see cref="GenerationOptions.MaxTokens"/>, or to the context's end, before it was whole.</exception>
    public async Task<T> GenerateAsync<T>(string prompt, JsonTypeInfo<T> type, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (options?.Form is not null)
            throw new ArgumentException("a form beside a type: the type is the form; leave GenerationOptions.Form out", nameof(options));
        var text = new StringBuilder();
        await foreach (var piece in GenerateAsync(prompt, (options ?? new GenerationOptions()) with { Form = AnswerForm.Of(type) }, cancellationToken).ConfigureAwait(false))
            text.Append(piece);
        try
        {
            return JsonSerializer.Deserialize(text.ToString(), type)!;
        }
        catch (JsonException error)
        {
            throw new InvalidOperationException($"the answer ends before it is whole ({text.Length} characters); raise GenerationOptions.MaxTokens or ModelOptions.ContextTokens", error);
        }
    }

    /// <summary>Token ids of a text, with the special tokens the model expects around it.</summary>
    public IReadOnlyList<int> Tokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ThrowIfDisposed();
        return Tokenizer.Encode(text);
    }

    /// <summary>Token ids of a conversation, ready for the model's answer: the prompt that <see cref="Session.ChatAsync(IReadOnlyList{ChatMessage}, GenerationOptions, CancellationToken)"/> makes.</summary>
    /// <exception cref="ArgumentException">No message, or one that is none.</exception>
    /// <exception cref="InputException">The model has no chat template, or it refuses the messages.</exception>
    public IReadOnlyList<int> TokenizeChat(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ThrowIfDisposed();
        return EncodeChat(messages);
    }

    /// <summary>Likewise, with tools and what else the template is told. Where a tool must be called, the prompt ends with the beginning of the call.</summary>
    /// <exception cref="ArgumentException">No message, or one that is none; an option that cannot be used.</exception>
    /// <exception cref="InputException">The model has no chat template, or it refuses the messages.</exception>
    public IReadOnlyList<int> TokenizeChat(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfDisposed();
        return PrepareChat(messages, options).Tokens;
    }

    /// <summary>The bytes a token stands for in the text: UTF-8, perhaps a part of a character. A special token's are those of its name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is none of the vocabulary's.</exception>
    public byte[] TokenBytes(int id)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, Math.Max(Engine.Config.VocabSize, Tokenizer.VocabSize));
        return Tokenizer is BpeTokenizer bpe ? bpe.BytesOf(id).ToArray() : Encoding.UTF8.GetBytes(Tokenizer.Decode([id]));
    }

    /// <summary>Text of token ids; special tokens are left out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is none of the vocabulary's.</exception>
    public string Detokenize(IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ThrowIfDisposed();
        // The embedding table may have more rows than the tokenizer has tokens, and the other way about.
        var count = Math.Max(Engine.Config.VocabSize, Tokenizer.VocabSize);
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)count)
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"expected token ids from 0 to {count - 1}");
        }
        return Tokenizer.Decode([.. ids], skipSpecialTokens: true);
    }

    /// <summary>How many tokens a text has, special tokens not counted.</summary>
    public int CountTokens(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ThrowIfDisposed();
        return Tokenizer.CountTokens(text, addSpecialTokens: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Engine.Dispose();
        checkpoint.Dispose();
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Engine.IsDisposed, this);

    /// <summary>The prompt of a conversation, ready for the model's answer.</summary>
    /// <exception cref="ArgumentException">No message, or one that is none.</exception>
    internal int[] EncodeChat(IReadOnlyList<ChatMessage> messages) => PrepareChat(messages).Tokens;

    /// <summary>The prompt of a conversation with tools, and how the answer is to be read.</summary>
    /// <exception cref="ArgumentException">No message, or one that is none; an option that cannot be used.</exception>
    internal ChatPrompt PrepareChat(IReadOnlyList<ChatMessage> messages, ChatOptions? chat = null)
    {
        chat ??= new ChatOptions();
        var (template, format) = (RequiredTemplate, Format);
        CheckMessages(messages);
        chat.Check();
        var forced = ForcedCall.For(chat, format.Tools);
        var prompt = new ChatRendering(template, format).Render(messages, chat.TellTools, Input(chat, forced));
        RequireUnknownRolesSaid(messages, prompt);
        var isThinking = format.Thoughts?.AreOpenAtTheEndOf(prompt) ?? false;
        if (forced is not null)
            prompt += (isThinking ? $"\n{format.Thoughts!.Close}\n\n" : "") + forced.Opening;
        // The template has written the special tokens itself.
        return new ChatPrompt(Known(Tokenizer.Encode(prompt, addSpecialTokens: false)), format, chat, isThinking, forced);
    }

    private int? SpecialId(string mark) => SpecialId(Tokenizer, mark);

    private static int? SpecialId(Tokenizer tokenizer, string mark) => tokenizer.IdOf(mark) is { } id && tokenizer.IsSpecial(id) ? id : null;

    /// <summary>Made with the model; where it could not be, what is missing is said.</summary>
    private ChatFormat Format => chatFormat ?? new ChatFormat(RequiredTemplate.Source, SpecialId);

    private ChatTemplate RequiredTemplate => chatTemplate
        ?? throw new InputException(checkpoint.Path, null, "no chat template", "a model with a chat template", "use Session.CompleteAsync, or a chat model");

    /// <summary>Everything that a template reads but messages and tools.</summary>
    private ChatTemplateInput Input(ChatOptions chat, ForcedCall? forced)
    {
        var variables = new Dictionary<string, JinjaValue>();
        // Templates have the switch under either name. An answer that is made to begin with a call has no place for thoughts.
        if ((chat.Thinking ?? (forced is null ? null : false)) is { } thinking)
            variables["enable_thinking"] = variables["thinking"] = thinking;
        foreach (var (name, value) in chat.TemplateArguments)
            variables[name] = ChatTemplateInput.Value(value, name);
        return new ChatTemplateInput
        {
            Messages = JinjaNone.Value,
            BosToken = TokenText(BosTokenId),
            EosToken = TokenText(Tokenizer.EosTokenIds is [var end, ..] ? end : null),
            Variables = variables,
        };
    }

    private static void CheckMessages(IReadOnlyList<ChatMessage> messages)
    {
        if (messages.Count == 0)
            throw new ArgumentException("a conversation of no messages leaves nothing to answer", nameof(messages));
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i] is null)
                throw new ArgumentException($"message {i} is null", nameof(messages));
            if (string.IsNullOrWhiteSpace(messages[i].Role))
                throw new ArgumentException($"ChatMessage.Role of message {i} is empty; system, user and assistant are what templates know", nameof(messages));
            if (messages[i].Content is null)
                throw new ArgumentException($"ChatMessage.Content of message {i} is null", nameof(messages));
            if (messages[i].ToolCalls is null || messages[i].ToolCalls.Any(call => call is null || !ToolDefinition.IsName(call.Name) || !ToolDefinition.IsObject(call.Arguments)))
                throw new ArgumentException($"ChatMessage.ToolCalls of message {i}: expected calls with a name, and a JSON object for arguments", nameof(messages));
        }
    }

    /// <summary>Which roles there are is the template's business; but many pass over those they do not know, and the model would answer something else.</summary>
    private static void RequireUnknownRolesSaid(IReadOnlyList<ChatMessage> messages, string prompt)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role is not ("system" or "user" or "assistant" or "tool") && !prompt.Contains(messages[i].Content.Trim(), StringComparison.Ordinal))
                throw new ArgumentException($"ChatMessage.Role of message {i}: the model's chat template passes over messages of the role '{messages[i].Role}'", nameof(messages));
        }
    }

    private async IAsyncEnumerable<string> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var session = CreateSession();
        await foreach (var piece in session.Stream(request, cancellation).ConfigureAwait(false))
            yield return piece;
    }

    /// <summary>A text as it stands. An empty one starts from the beginning-of-sequence token alone.</summary>
    internal int[] EncodeRaw(string text)
    {
        var ids = Tokenizer.Encode(text);
        return Known(ids.Length == 0 && BosTokenId is { } bos ? [bos] : ids);
    }

    /// <summary>Refuses ids that the tokenizer knows and the model does not (an added token beyond the embedding table).</summary>
    internal int[] Known(int[] ids)
    {
        foreach (var id in ids)
        {
            if (id >= Engine.Config.VocabSize)
                throw new InputException(checkpoint.Path, "tokenizer", $"token {id} ('{Tokenizer.TokenOf(id)}') in the prompt", $"ids below vocab_size {Engine.Config.VocabSize}", "use the tokenizer that belongs to these weights");
        }
        return ids;
    }

    private int? BosTokenId => Tokenizer.BosTokenId ?? checkpoint.Generation.BosTokenId;

    private string? TokenText(int? id) => id is null ? null : Tokenizer.TokenOf(id.Value);
}
