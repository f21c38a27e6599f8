namespace Temoto.Generation.Tokenizers.PreTokenizers;

/// <summary>One after the other.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> stages) : PreTokenizer
{
    public override void Split(PieceList list)
    {
        foreach (var stage in stages)
            stage.Split(list);
    }

    protected override void Split(PieceList list, Piece piece) => throw new InvalidOperationException("a sequence splits the whole list");
}
