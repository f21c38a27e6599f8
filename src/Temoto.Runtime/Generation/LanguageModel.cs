using Temoto.Formats;
using Temoto.Generation.ChatTemplates;
using Temoto.Generation.Execution;
using Temoto.Generation.Tokenizers;

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

    private LanguageModel(Checkpoint checkpoint, ModelEngine engine, Tokenizer? tokenizer, ChatTemplate? chatTemplate)
    {
        this.checkpoint = checkpoint;
        this.chatTemplate = chatTemplate;
        Engine = engine;
        TokenizerOrNull = tokenizer;
        EndTokenIds = new HashSet<int>([.. checkpoint.Generation.EosTokenIds, .. tokenizer?.EosTokenIds ?? []]);
        Info = new ModelInfo(checkpoint, engine);
    }

    /// <summary>What was loaded.</summary>
    public ModelInfo Info { get; }

    /// <summary>True where <see cref="Session.ChatAsync(IReadOnlyList{ChatMessage}, GenerationOptions, CancellationToken)"/> can be used.</summary>
    public bool HasChatTemplate => chatTemplate is not null;

    internal ModelEngine Engine { get; }

    internal GenerationDefaults Defaults => checkpoint.Generation;

    internal IReadOnlySet<int> EndTokenIds { get; }

    internal string Path => checkpoint.Path;

    internal Tokenizer Tokenizer => TokenizerOrNull
        ?? throw new InputException(checkpoint.Path, null, "no tokenizer", "tokenizer.json, or vocab.json and merges.txt, or a tokenizer inside the file", "copy the tokenizer's files beside the weights");

    private Tokenizer? TokenizerOrNull { get; }

    /// <summary>
    /// Loads a Hugging Face checkpoint directory, a GGUF file or a llama2.c file.
    /// </summary>
    /// <exception cref="InputException">The checkpoint, or an option, cannot be used; the message says why and what to do.</exception>
    public static LanguageModel Load(string path, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new ModelOptions();
        var preparation = KernelPreparation.Begin(options);
        var checkpoint = CheckpointReader.Open(path);
        KernelPreparation.Continue(preparation, options, checkpoint);
        if (options.Load == ModelLoad.Map)
            WeightPages.Begin(checkpoint);
        return Load(checkpoint, options);
    }

    /// <summary>Takes the checkpoint over: it is disposed with the model, or at once where the model cannot be made.</summary>
    internal static LanguageModel Load(Checkpoint checkpoint, ModelOptions options)
    {
        ModelEngine? engine = null;
        try
        {
            if (checkpoint.Config.Vision is not null)
                throw new InputException(checkpoint.Path, "model_type", $"'{checkpoint.Config.ModelType}', which looks at pictures", "a language model", "give it pictures (temoto run MODEL --image FILE), or load it as a VisionModel");
            // Tables for a large vocabulary take as long as the plan does: one thread each.
            var text = Task.Run(() =>
            (
                Tokenizer: checkpoint.Tokenizer is null ? null : Tokenizer.Create(checkpoint.Tokenizer, checkpoint.Path),
                Template: checkpoint.ChatTemplate is null ? null : ChatTemplate.Parse(checkpoint.ChatTemplate, checkpoint.Path)
            ));
            try
            {
                engine = new ModelEngine(checkpoint, options);
            }
            finally
            {
                // It reads the checkpoint, which is disposed if the engine failed. What it threw is thrown below.
                ((Task)text).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
            }
            var (tokenizer, template) = text.GetAwaiter().GetResult();
            return new LanguageModel(checkpoint, engine, tokenizer, template);
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
    public Session CreateSession() => new(this);

    /// <summary>
    /// Answers one prompt in a session of its own: through the chat template where there is one, otherwise as plain continuation.
    /// </summary>
    public async IAsyncEnumerable<string> GenerateAsync(string prompt, GenerationOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        using var session = CreateSession();
        var pieces = HasChatTemplate
            ? session.ChatAsync([new ChatMessage("user", prompt)], options, cancellationToken)
            : session.CompleteAsync(prompt, options, cancellationToken);
        await foreach (var piece in pieces.ConfigureAwait(false))
            yield return piece;
    }

    /// <summary>Token ids of a text, with the special tokens the model expects around it.</summary>
    public IReadOnlyList<int> Tokenize(string text) => Tokenizer.Encode(text);

    /// <summary>Text of token ids; special tokens are left out.</summary>
    public string Detokenize(IReadOnlyList<int> ids) => Tokenizer.Decode([.. ids], skipSpecialTokens: true);

    /// <summary>How many tokens a text has, special tokens not counted.</summary>
    public int CountTokens(string text) => Tokenizer.CountTokens(text, addSpecialTokens: false);

    /// <inheritdoc/>
    public void Dispose()
    {
        Engine.Dispose();
        checkpoint.Dispose();
    }

    /// <summary>The prompt of a conversation, ready for the model's answer.</summary>
    internal int[] EncodeChat(IReadOnlyList<ChatMessage> messages)
    {
        if (chatTemplate is null)
            throw new InputException(checkpoint.Path, null, "no chat template", "a model with a chat template", "use --raw (Session.CompleteAsync), or a chat model");
        var input = ChatTemplateInput.For(messages) with
        {
            BosToken = TokenText(BosTokenId),
            EosToken = TokenText(Tokenizer.EosTokenIds is [var end, ..] ? end : null),
        };
        // The template has written the special tokens itself.
        return Known(Tokenizer.Encode(chatTemplate.Render(input), addSpecialTokens: false));
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
