namespace Temoto.Evaluation;

/// <summary>
/// The windows in which a text longer than the context is scored, as Hugging Face's guide to fixed-length models describes: each holds at most
/// <c>context</c> tokens, the next one starts <c>stride</c> tokens later, and only tokens not scored before are scored. The very first token is not predicted.
/// </summary>
/// <param name="FirstScored">Index, in the text, of the first token that this window scores; it scores up to its end.</param>
internal readonly record struct TextWindow(int Begin, int End, int FirstScored)
{
    public static IEnumerable<TextWindow> Of(int tokens, int context, int stride)
    {
        if (tokens < 2)
            throw new InputException("--text", null, $"{tokens} tokens", "at least 2", "give a longer text");
        if (context < 2)
            throw new InputException("--context", null, $"{context}", "at least 2 tokens, one to predict from and one to predict", "raise --context");
        if (stride < 1 || stride >= context)
            throw new InputException("--stride", null, $"{stride}", $"1 to {context - 1}, less than the context, so that every token has one before it in its window", "lower --stride");
        return Cut(tokens, context, stride);
    }

    private static IEnumerable<TextWindow> Cut(int tokens, int context, int stride)
    {
        var scoredEnd = 1;
        for (var begin = 0; scoredEnd < tokens; begin += stride)
        {
            var end = Math.Min(begin + context, tokens);
            yield return new TextWindow(begin, end, scoredEnd);
            scoredEnd = end;
        }
    }
}
