using Temoto.Generation;

namespace Temoto.Evaluation.Serving;

/// <summary>Prompts of plain words drawn by a seed: a beginning that all share, then words of each one's own.</summary>
/// <param name="tokensPerWord">Of the model, as measured (<see cref="MeasureText"/>).</param>
/// <param name="sharedTokens">Of each prompt, at its beginning.</param>
internal sealed class WordPrompts(double tokensPerWord, int sharedTokens, ulong seed)
{
    /// <summary>The most tokens that a word of the list may take: its letters and a space.</summary>
    private const int MostTokensOfWord = 8;

    /// <summary>Of a text to learn from: long enough that the ends do not count.</summary>
    private const int LeastMeasuredWords = 8, MostMeasuredWords = 200;

    private static readonly string[] WordList =
        "pump valve motor fan tank line press filter belt sensor the a this that each one runs stops warms cools fills turns waits reads shows holds slow fast high low open closed now then again after before while because water air oil steam power day night shift part check note report".Split(' ');

    /// <summary>How many words a text to learn from has: no more than a prompt of <paramref name="tokens"/> has in any vocabulary, since the server may have no place for more.</summary>
    public static int MeasuredWords(int tokens) => Math.Clamp(tokens / MostTokensOfWord, LeastMeasuredWords, MostMeasuredWords);

    /// <summary>A text of <paramref name="words"/> to learn from how many tokens a word takes.</summary>
    public static string MeasureText(ulong seed, int words) => Words(new RandomSource(seed), words);

    /// <summary>The prompt of a request: some <paramref name="tokens"/>.</summary>
    public string Of(int request, int tokens)
    {
        var shared = Count(Math.Min(sharedTokens, tokens));
        var own = Math.Max(1, Count(tokens) - shared);
        var rest = Words(new RandomSource(seed + 1 + (ulong)request), own);
        return shared == 0 ? rest : $"{Words(new RandomSource(seed), shared)} {rest}";
    }

    private int Count(int tokens) => (int)Math.Round(tokens / tokensPerWord);

    private static string Words(RandomSource random, int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => WordList[(int)(random.NextDouble() * WordList.Length)]));
}
