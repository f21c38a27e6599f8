namespace Temoto.Generation.Tokenizers.Subwords;

/// <summary>What making tokens of a word writes to.</summary>
internal sealed class SubwordScratch
{
    /// <summary>Buffers beyond this length are let go after the text that needed them.</summary>
    private const int KeptLength = 1 << 16;

    private char[] characters = new char[256];
    private int[] symbols = new int[256];
    private double[] scores = new double[256];

    public WordMerger Merger { get; } = new();

    public Span<char> Characters(int length) => Sized(ref characters, length);

    public Span<int> Symbols(int length) => Sized(ref symbols, length);

    public Span<double> Scores(int length) => Sized(ref scores, length);

    public void Clear()
    {
        Merger.Clear();
        if (characters.Length > KeptLength)
            characters = new char[256];
        if (symbols.Length > KeptLength)
            symbols = new int[256];
        if (scores.Length > KeptLength)
            scores = new double[256];
    }

    private static Span<T> Sized<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[Math.Max(length, (int)Math.Min(array.Length * 2L, Array.MaxLength))];
        return array.AsSpan(0, length);
    }
}
