namespace Temoto.Generation.Tokenizers.PreTokenizers;

/// <summary>Cuts pieces of text, and may change them (a tokenizer.json's <c>pre_tokenizer</c>).</summary>
internal abstract class PreTokenizer
{
    /// <summary>Replaces the list's pieces by what becomes of each.</summary>
    public virtual void Split(PieceList list)
    {
        for (var i = 0; i < list.Count; i++)
            Split(list, list[i]);
        list.EndStage();
    }

    /// <summary>Adds what becomes of one piece.</summary>
    protected abstract void Split(PieceList list, Piece piece);
}
