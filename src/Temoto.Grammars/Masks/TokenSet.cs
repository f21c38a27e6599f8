using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Temoto.Grammars.Masks;

/// <summary>Tokens of a vocabulary: as the numbers of few, or with a bit for each. Most states allow a handful, of which bits would take as much memory as of all.</summary>
internal sealed class TokenSet
{
    /// <summary>Numbers are kept that take at most a quarter of what bits do.</summary>
    private const int WordsPerNumber = 2;

    private readonly ulong[]? words;
    private readonly int[] numbers = [];

    /// <param name="bits">A bit for each token; copied.</param>
    public TokenSet(ReadOnlySpan<ulong> bits)
    {
        var count = 0;
        foreach (var word in bits)
            count += BitOperations.PopCount(word);
        Count = count;
        if (count * WordsPerNumber > bits.Length)
            words = bits.ToArray();
        else
            numbers = NumbersOf(bits, count);
    }

    public int Count { get; }

    /// <summary>The numbers of all, in order.</summary>
    public ReadOnlySpan<int> Numbers => words is null ? numbers : NumbersOf(words, Count);

    /// <summary>Sets the bits of all.</summary>
    public void AddTo(Span<ulong> mask)
    {
        if (words is not null)
        {
            Add(words, mask);
            return;
        }
        foreach (var token in numbers)
            mask[token >> 6] |= 1UL << token;
    }

    /// <summary>Sets bits that others have set.</summary>
    /// <param name="bits">As many as there are in <paramref name="mask"/>, or fewer.</param>
    public static void Add(ReadOnlySpan<ulong> bits, Span<ulong> mask)
    {
        var from = MemoryMarshal.Cast<ulong, Vector256<ulong>>(bits);
        var to = MemoryMarshal.Cast<ulong, Vector256<ulong>>(mask);
        for (var i = 0; i < from.Length; i++)
            to[i] |= from[i];
        for (var i = from.Length * Vector256<ulong>.Count; i < bits.Length; i++)
            mask[i] |= bits[i];
    }

    private static int[] NumbersOf(ReadOnlySpan<ulong> bits, int count)
    {
        var (numbers, at) = (new int[count], 0);
        for (var word = 0; word < bits.Length; word++)
        {
            for (var rest = bits[word]; rest != 0; rest &= rest - 1)
                numbers[at++] = (word << 6) + BitOperations.TrailingZeroCount(rest);
        }
        return numbers;
    }
}
