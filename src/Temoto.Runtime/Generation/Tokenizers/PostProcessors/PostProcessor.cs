namespace Temoto.Generation.Tokenizers.PostProcessors;

/// <summary>Puts special tokens around the ids of a text (a tokenizer.json's <c>post_processor</c>).</summary>
internal abstract class PostProcessor
{
    /// <param name="addSpecialTokens">Without them the text's own ids come through; a template decides how often, then too.</param>
    public abstract IReadOnlyList<int> Process(IReadOnlyList<int> ids, bool addSpecialTokens);
}
