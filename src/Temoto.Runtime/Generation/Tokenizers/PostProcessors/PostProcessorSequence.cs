namespace Temoto.Generation.Tokenizers.PostProcessors;

/// <summary>One after the other.</summary>
internal sealed class PostProcessorSequence(IReadOnlyList<PostProcessor> processors) : PostProcessor
{
    public override IReadOnlyList<int> Process(IReadOnlyList<int> ids, bool addSpecialTokens) =>
        processors.Aggregate(ids, (before, processor) => processor.Process(before, addSpecialTokens));
}
