namespace Temoto.Generation.Tokenizers.PostProcessors;

/// <summary>Special tokens and the text in the order of a template; BERT's and RoBERTa's are templates too.</summary>
/// <param name="parts">The ids of a special token; null for the text.</param>
internal sealed class TemplateProcessor(IReadOnlyList<IReadOnlyList<int>?> parts) : PostProcessor
{
    public override IReadOnlyList<int> Process(IReadOnlyList<int> ids, bool addSpecialTokens)
    {
        var all = new List<int>();
        foreach (var part in parts)
        {
            if (part is null)
                all.AddRange(ids);
            else if (addSpecialTokens)
                all.AddRange(part);
        }
        return all;
    }
}
