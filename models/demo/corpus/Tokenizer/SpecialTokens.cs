namespace Temoto.Demo.Corpus.Tokenizer;

/// <summary>The three tokens that are not text. Their ids follow the last merge, in this order.</summary>
internal static class SpecialTokens
{
    public const string EndOfText = "<|endoftext|>";
    public const string Start = "<|im_start|>";
    public const string End = "<|im_end|>";

    public static readonly string[] All = [EndOfText, Start, End];
}
