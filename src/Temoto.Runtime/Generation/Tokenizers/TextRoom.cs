namespace Temoto.Generation.Tokenizers;

/// <summary>Room for text that a tokenizer's parts make longer. Parts come from files: what they make of a text is bounded.</summary>
internal static class TextRoom
{
    /// <summary>A quarter of what an array holds at most; texts of this length take gigabytes as it is.</summary>
    private const int MostCharacters = 1 << 28;

    /// <summary>Grows a buffer for <paramref name="more"/> characters behind those in use.</summary>
    /// <exception cref="InputException">The text would be longer than anybody's.</exception>
    public static void Ensure(ref char[] buffer, int used, int more)
    {
        if (buffer.Length - used >= more)
            return;
        if ((long)used + more > MostCharacters)
            throw new InputException("text", null, $"a text that the tokenizer makes longer than {MostCharacters} characters", "a shorter one", "cut it, or choose another model");
        Array.Resize(ref buffer, Math.Max((int)Math.Min(buffer.Length * 2L, MostCharacters), used + more));
    }
}
