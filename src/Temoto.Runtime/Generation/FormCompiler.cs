using Temoto.Grammars;

namespace Temoto.Generation;

/// <summary>Compiles forms over a vocabulary, which is made ready at the first. Keeps the last ones.</summary>
internal sealed class FormCompiler(Func<TokenVocabulary> makeVocabulary)
{
    private const int MostKept = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<AnswerForm, LinkedListNode<(AnswerForm Form, Grammar Grammar)>> kept = [];

    /// <summary>The last used first.</summary>
    private readonly LinkedList<(AnswerForm Form, Grammar Grammar)> byUse = [];
    private TokenVocabulary? vocabulary;

    /// <exception cref="GrammarException">The form cannot be used.</exception>
    public Grammar Compile(AnswerForm form)
    {
        lock (gate)
        {
            if (kept.TryGetValue(form, out var node))
                byUse.Remove(node);
            else
                kept.Add(form, node = new LinkedListNode<(AnswerForm, Grammar)>((form, form.Compile(vocabulary ??= makeVocabulary()))));
            byUse.AddFirst(node);
            if (kept.Count > MostKept)
            {
                kept.Remove(byUse.Last!.Value.Form);
                byUse.RemoveLast();
            }
            return node.Value.Grammar;
        }
    }
}
