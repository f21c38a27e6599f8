namespace Temoto.Generation.Execution;

/// <summary>Whose a row of a run of several texts is. Texts lie one behind the other in one cache, each from a whole panel of keys on, so that it is computed as it would be alone.</summary>
/// <param name="Position">In its text.</param>
/// <param name="Start">Where the text begins in the cache.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct TextRow(int Position, int Start, int End)
{
    /// <summary>In the cache.</summary>
    public int Place => Start + Position;
}
