using System.Diagnostics;
using System.Text;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;
using Temoto.Generation.Tokenizers.PreTokenizers;

namespace Temoto.Tests.Generation.Tokenizers;

/// <summary>Measures a tokenizer on the calling thread.</summary>
internal static class TokenizerBenchmark
{
    /// <summary>Median and range of the repetitions.</summary>
    internal readonly record struct Figures(double Median, double Min, double Max);

    /// <summary>
    /// Megabytes (10^6) of UTF-8 text encoded per second, each repetition over the whole text, line by line, after one unmeasured run.
    /// </summary>
    public static Figures EncodeMegabytesPerSecond(Tokenizer tokenizer, string text, int repetitions)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        var ids = new List<int>();
        return Measure(repetitions, () =>
        {
            ids.Clear();
            foreach (var line in text.AsSpan().EnumerateLines())
                tokenizer.Encode(line, ids, addSpecialTokens: false);
        }, seconds => bytes / seconds / 1e6);
    }

    /// <summary>Megabytes (10^6) of UTF-8 text cut into pieces per second, line by line; and the steps that the expressions took for a character.</summary>
    public static (Figures MegabytesPerSecond, double StepsPerCharacter) SplitMegabytesPerSecond(PreTokenizer splitter, string text, int repetitions)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        var pieces = new PieceList();
        long steps = 0, pieceCount = 0;
        var figures = Measure(repetitions, () =>
        {
            (steps, pieceCount) = (0, 0);
            foreach (var line in text.AsSpan().EnumerateLines())
            {
                pieces.Set(line, 0);
                splitter.Split(pieces);
                steps += pieces.Budget.Taken;
                pieceCount += pieces.Count;
            }
        }, seconds => bytes / seconds / 1e6);
        Assert.InRange(pieceCount, text.Length / 10, text.Length);
        return (figures, (double)steps / text.Length);
    }

    /// <summary>Milliseconds from files to a working tokenizer; the first repetition, with its compilation, is reported by itself.</summary>
    public static (double FirstMilliseconds, Figures Milliseconds) Build(string directory, int repetitions)
    {
        var clock = Stopwatch.GetTimestamp();
        void Load() => Tokenizer.Create(TokenizerFiles.Read(directory) ?? throw new InputException(directory, null, "no tokenizer", "tokenizer.json, or vocab.json and merges.txt", "check the path"), directory);
        Load();
        var first = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
        return (first, Measure(repetitions, Load, seconds => seconds * 1e3));
    }

    private static Figures Measure(int repetitions, Action work, Func<double, double> figure)
    {
        work();
        var figures = new double[repetitions];
        for (var i = 0; i < repetitions; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            work();
            figures[i] = figure(Stopwatch.GetElapsedTime(clock).TotalSeconds);
        }
        Array.Sort(figures);
        return new Figures(figures[repetitions / 2], figures[0], figures[^1]);
    }
}
