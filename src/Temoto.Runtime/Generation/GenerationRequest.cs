using System.Runtime.CompilerServices;
using Temoto.Generation.Tools;
using Temoto.Grammars;

namespace Temoto.Generation;

/// <summary>What a session is asked for: checked against the model, so that nothing but the run itself can fail.</summary>
/// <param name="Prompt">At least one token, and fewer than the context holds.</param>
/// <param name="Start">When the call began (a Stopwatch timestamp): the time to the first token counts from here, tokenizing included.</param>
internal sealed record GenerationRequest(int[] Prompt, GenerationOptions Options, SamplingSettings Sampling, long Start)
{
    /// <summary>What the text is held to.</summary>
    public Grammar? Form { get; init; }

    /// <summary>Texts that begin with a call, which an answer may be in place of the form; null where none may.</summary>
    public Grammar? Opening { get; init; }

    /// <summary>Likewise, of special tokens.</summary>
    public IReadOnlySet<int> OpeningTokens { get; init; } = new HashSet<int>();

    /// <summary>What ends the thoughts that the prompt has begun, before the form; null where it has begun none.</summary>
    public ThoughtEnd? Thoughts { get; init; }

    /// <summary>Special tokens that stand in the text all the same.</summary>
    public IReadOnlySet<int> ShownTokens { get; init; } = new HashSet<int>();

    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    /// <exception cref="InputException">The form cannot be used, or the prompt does not fit, or the checkpoint's own settings cannot be used.</exception>
    public static GenerationRequest Create(LanguageModel model, int[] prompt, GenerationOptions? options, long start)
    {
        options ??= new GenerationOptions();
        options.Check();
        if (prompt.Length == 0)
            throw new InputException("prompt", null, "no tokens", "a prompt of at least one token (this model has no beginning-of-sequence token)", "give a prompt");
        var context = model.Engine.ContextTokens;
        if (prompt.Length >= context)
            throw new InputException("prompt", null, $"{prompt.Length} tokens", $"fewer than the context of {context}", WhatFits(context, model.Engine.Config.MaxPositionEmbeddings));
        Require(prompt, model.Info.VocabSize, "prompt", "give ids that Tokenize gives");
        if (options.LogitBias.Count > 0)
            Require([.. options.LogitBias.Keys], model.Info.VocabSize, $"{nameof(GenerationOptions)}.{nameof(GenerationOptions.LogitBias)}", "leave it out");
        return new GenerationRequest(prompt, options, SamplingSettings.From(options, model.Defaults, model.Path), start) { Form = options.Form is null ? null : Compiled(options.Form, model) };
    }

    /// <summary>Of a conversation, whose answer shows the marks that its parser needs.</summary>
    public static GenerationRequest Create(LanguageModel model, ChatPrompt prompt, GenerationOptions? options, long start)
    {
        var request = Create(model, prompt.Tokens, prompt.Forced?.HeldTo(options) ?? options, start) with { ShownTokens = prompt.ShownTokens };
        if (request.Form is null)
            return request;
        if (prompt.IsThinking && prompt.Forced is null)
            request = request with { Thoughts = model.ThoughtEnd };
        if (!prompt.MayCall)
            return request;
        return request with { Opening = Compiled(FormOrCall.Begins(prompt.Format.Tools.Openings(prompt.Chat.Tools)), model), OpeningTokens = prompt.Format.OpeningTokens };
    }

    /// <summary>Follows one answer; null where it is free, and then the grammars' library is not loaded.</summary>
    public FormOrCall? NewForm() => Form is null ? null : NewForm(Form);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private FormOrCall NewForm(Grammar form) =>
        new(form.NewMatcher()) { Opening = Opening?.NewMatcher(), OpeningTokens = OpeningTokens, Thoughts = Thoughts is null ? null : new OpenThoughts(Thoughts) };

    private static Grammar Compiled(AnswerForm form, LanguageModel model)
    {
        try
        {
            return model.Forms.Compile(form);
        }
        catch (GrammarException error)
        {
            throw AnswerForm.BadInput(error);
        }
    }

    private static void Require(ReadOnlySpan<int> ids, int vocabSize, string name, string next)
    {
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)vocabSize)
                throw new OptionException(name, id, $"token id {id}", $"ids from 0 to {vocabSize - 1}", next);
        }
    }

    private static string WhatFits(int context, int most) => context < most
        ? $"shorten it, or raise ModelOptions.ContextTokens (this model takes up to {most})"
        : $"shorten it: {most} tokens are all that this model takes";
}
