using Temoto.Grammars;

namespace Temoto.Generation.Tools;

/// <summary>Holds an answer to a form, from the end of its thoughts on where the prompt has begun them; where tools may be called, until it begins with a call in its place: what follows is free, as calls are that a model chooses.</summary>
/// <param name="form">Of the answer's text.</param>
internal sealed class FormOrCall(GrammarMatcher form)
{
    private GrammarMatcher? opening;
    private ulong[] openingMask = [];
    private bool isForm = true;
    private bool hasBegun;

    /// <summary>What calls begin with (<see cref="Begins"/>); null where there are none.</summary>
    public GrammarMatcher? Opening
    {
        init
        {
            opening = value;
            openingMask = value is null ? [] : new ulong[value.Vocabulary.MaskWords];
        }
    }

    /// <summary>Special tokens that calls begin with: no text spells them.</summary>
    public IReadOnlySet<int> OpeningTokens { private get; init; } = new HashSet<int>();

    /// <summary>Thoughts that the prompt has begun, before the answer; null where it has begun none.</summary>
    public OpenThoughts? Thoughts { private get; init; }

    /// <summary>Texts that begin with one of some, behind a line's end or not. Any text follows: a token may hold a mark's end and more.</summary>
    public static AnswerForm Begins(IReadOnlyList<string> openings) => AnswerForm.Expression($"\\n?(?:{string.Join('|', openings.Select(Escaped))})[\\s\\S]*");

    private static string Escaped(string text) => string.Concat(text.Select(letter => @"\^$.*+?()[]{}|".Contains(letter, StringComparison.Ordinal) ? $"\\{letter}" : $"{letter}"));

    public int MaskWords => form.Vocabulary.MaskWords;

    /// <summary>A call has begun: all tokens may come.</summary>
    public bool IsFree { get; private set; }

    /// <summary>The form has come to its end.</summary>
    public bool IsOver => isForm && !IsFree && !IsThinking && form.IsOver;

    private bool IsThinking => Thoughts is { IsOver: false };

    /// <summary>Sets the bits of the tokens that may come next, and clears all others; for one that is not free.</summary>
    /// <param name="mask">[<see cref="MaskWords"/>].</param>
    public void ComputeMask(ulong[] mask)
    {
        if (IsThinking)
        {
            Thoughts!.ComputeMask(mask);
            return;
        }
        if (isForm)
            form.ComputeMask(mask);
        else
            Array.Clear(mask);
        if (opening is not null)
        {
            opening.ComputeMask(openingMask);
            for (var word = 0; word < openingMask.Length; word++)
                mask[word] |= openingMask[word];
        }
        if (hasBegun)
            return;
        foreach (var token in OpeningTokens)
            mask[token >> 6] |= 1UL << token;
    }

    /// <summary>Takes a token that the mask allows.</summary>
    public void Accept(int token)
    {
        if (IsThinking)
        {
            Thoughts!.Accept(token);
            return;
        }
        if (IsFree)
            return;
        IsFree = !hasBegun && OpeningTokens.Contains(token);
        hasBegun = true;
        if (IsFree)
            return;
        isForm = isForm && form.Accept(token);
        if (opening is null)
            return;
        if (!opening.Accept(token))
            opening = null;
        else if (opening.CanEnd)
            IsFree = true;
    }
}
