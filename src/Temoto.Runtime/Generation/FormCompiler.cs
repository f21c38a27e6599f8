using Temoto.Generation.Tokenizers;
using Temoto.Grammars;

namespace Temoto.Generation;

/// <summary>Compiles forms over a model's vocabulary, which is made ready for it at the first. Keeps the last ones.</summary>
/// <param name="vocabSize">Rows of the model's logits.</param>
internal sealed class FormCompiler(Tokenizer tokenizer, IReadOnlySet<int> endTokens, int vocabSize)
{
    private const int MostKept = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<AnswerForm, LinkedListNode<(AnswerForm Form, Grammar Grammar)>> kept = [];

    /// <summary>The last used first.</summary>
    private readonly LinkedList<(AnswerForm Form, Grammar Grammar)> byUse = [];
    private TokenVocabulary? vocabulary;

    /// <exception cref="InputException">The form cannot be used; the message says why.</exception>
    public Grammar Compile(AnswerForm form)
    {
        lock (gate)
        {
            if (kept.TryGetValue(form, out var node))
                byUse.Remove(node);
            else
                kept.Add(form, node = new LinkedListNode<(AnswerForm, Grammar)>((form, Make(form))));
            byUse.AddFirst(node);
            if (kept.Count > MostKept)
            {
                kept.Remove(byUse.Last!.Value.Form);
                byUse.RemoveLast();
            }
            return node.Value.Grammar;
        }
    }

    private Grammar Make(AnswerForm form)
    {
        vocabulary ??= new TokenVocabulary([.. Enumerable.Range(0, vocabSize).Select(tokenizer.BytesInText)], endTokens);
        try
        {
            return form.Compile(vocabulary);
        }
        catch (GrammarException error)
        {
            throw new InputException(error.Place.Length > 0 ? error.Place : "form", null, error.Found, error.Expected, error.Next);
        }
    }
}
