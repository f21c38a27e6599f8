using Temoto.Generation.Tokenizers.Normalizers;
using Temoto.Generation.Tokenizers.PreTokenizers;
using Temoto.Generation.Tokenizers.Subwords;

namespace Temoto.Generation.Tokenizers;

/// <summary>What one encode of a <see cref="PipelineTokenizer"/> writes to, reused by the next.</summary>
internal sealed class PipelineScratch : IScratch
{
    private WordCache? cache;

    public TokenList Output { get; } = new();

    /// <summary>Added tokens and what lies between them, in the given text and in a part of it that was normalized.</summary>
    public List<AddedPiece> RawPieces { get; } = [];

    /// <inheritdoc cref="RawPieces"/>
    public List<AddedPiece> NormalizedPieces { get; } = [];

    public NormalizedText Text { get; } = new();

    public PieceList Pieces { get; } = new();

    public SubwordScratch Subwords { get; } = new();

    public WordCache Cache => cache ??= new WordCache();

    public void Clear()
    {
        Output.Clear();
        Text.Clear();
        Pieces.Clear();
        Subwords.Clear();
    }
}
