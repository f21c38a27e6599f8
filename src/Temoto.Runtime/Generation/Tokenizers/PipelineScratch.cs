using Temoto.Generation.Tokenizers.Normalizers;
using Temoto.Generation.Tokenizers.PreTokenizers;
using Temoto.Generation.Tokenizers.Subwords;

namespace Temoto.Generation.Tokenizers;

/// <summary>What one encode of a <see cref="PipelineTokenizer"/> writes to, reused by the next.</summary>
internal sealed class PipelineScratch
{
    private WordCache? cache;

    public TokenList Output { get; } = new();

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
