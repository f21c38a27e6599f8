namespace Temoto.Generation.Tokenizers;

/// <summary>What one encode writes to, reused by the next; a tokenizer keeps a few, one per concurrent call.</summary>
internal sealed class EncodeScratch : IScratch
{
    /// <summary>Buffers beyond this length are let go after the text that needed them.</summary>
    private const int KeptLength = 1 << 16;

    public TokenList Output { get; } = new();

    public WordCache Cache => cache ??= new WordCache();

    public WordMerger Merger { get; } = new();

    private WordCache? cache;
    private char[] normalized = [];
    private char[] piece = [];
    private byte[] word = new byte[256];
    private int[] symbols = new int[256];

    /// <summary>For text after normalization.</summary>
    public ref char[] Normalized => ref normalized;

    /// <summary>For a piece with its prefix space.</summary>
    public Span<char> Piece(int length) => Sized(ref piece, length);

    /// <summary>For the UTF-8 bytes of a word.</summary>
    public Span<byte> Word(int length) => Sized(ref word, length);

    /// <summary>For the tokens of a word, before and after merging.</summary>
    public Span<int> Symbols(int length) => Sized(ref symbols, length);

    public void Clear()
    {
        Output.Clear();
        Merger.Clear();
        if (normalized.Length > KeptLength)
            normalized = [];
        if (piece.Length > KeptLength)
            piece = [];
        if (word.Length > KeptLength)
            word = new byte[256];
        if (symbols.Length > KeptLength)
            symbols = new int[256];
    }

    private static Span<T> Sized<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[Math.Max(length, Math.Min(array.Length * 2L, Array.MaxLength))];
        return array.AsSpan(0, length);
    }
}
