namespace Temoto.Grammars.Json;

/// <summary>How far an array has come.</summary>
/// <param name="IsFirst">Nothing has come, not even its bracket.</param>
/// <param name="Index">Items so far, as far as places are told apart.</param>
/// <param name="Counts">Of items that each contains counts, 20 bits for each.</param>
internal readonly record struct ArrayState(bool IsFirst, int Index, long Counts)
{
    private const int Bits = 20;

    public const int MostCount = (1 << Bits) - 2;

    public static ArrayState First(int contains) => contains * Bits <= 63 ? new ArrayState(true, 0, 0) : throw new ArgumentOutOfRangeException(nameof(contains));

    public int CountOf(int contains) => (int)(Counts >> contains * Bits & (1 << Bits) - 1);

    public ArrayState WithCount(int contains, int count) => this with { Counts = (Counts & ~((1L << Bits) - 1 << contains * Bits)) | (long)Math.Min(count, (1 << Bits) - 1) << contains * Bits };
}
