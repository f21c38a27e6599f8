using System.Runtime.CompilerServices;

namespace Temoto.Generation.Tokenizers;

/// <summary>
/// Remembers the tokens of short words. Direct-mapped and of fixed size (half a MiB), so it neither grows nor allocates;
/// belongs to one <see cref="EncodeScratch"/> and so to one thread at a time.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer words are merged anew.</summary>
    public const int LongestWordBytes = 16;

    private const int SlotBits = 13;
    private const int MostTokens = 10;

    [InlineArray(MostTokens)]
    private struct Tokens
    {
        private int first;
    }

    private struct Slot
    {
        public ulong Low;
        public ulong High;
        public byte WordBytes;
        public byte Count;
        public Tokens Tokens;
    }

    private readonly Slot[] slots = new Slot[1 << SlotBits];

    /// <summary>Appends the word's tokens where they are known.</summary>
    public bool TryAppend(ulong low, ulong high, int wordBytes, TokenList output)
    {
        ref var slot = ref slots[Index(low, high, wordBytes)];
        if (slot.Low != low || slot.High != high || slot.WordBytes != wordBytes)
            return false;
        if (slot.Count == 1)
            output.Add(slot.Tokens[0]);
        else
            output.AddRange(((ReadOnlySpan<int>)slot.Tokens)[..slot.Count]);
        return true;
    }

    public void Store(ulong low, ulong high, int wordBytes, ReadOnlySpan<int> tokens)
    {
        if (tokens.Length > MostTokens)
            return;
        ref var slot = ref slots[Index(low, high, wordBytes)];
        slot.Low = low;
        slot.High = high;
        slot.WordBytes = (byte)wordBytes;
        slot.Count = (byte)tokens.Length;
        tokens.CopyTo(slot.Tokens);
    }

    private static int Index(ulong low, ulong high, int wordBytes)
    {
        var hash = (low ^ ((ulong)wordBytes << 56)) * 0x9E3779B97F4A7C15UL;
        hash = (hash ^ (hash >> 32) ^ high) * 0xC2B2AE3D27D4EB4FUL;
        return (int)(hash >> (64 - SlotBits));
    }
}
