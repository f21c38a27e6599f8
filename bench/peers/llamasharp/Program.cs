// LLamaSharp as a .NET user meets llama.cpp: llamasharp MODEL.gguf PROMPT GENERATED THREADS
// Prints one JSON line: seconds to load and to a first token, tokens per second of a prompt and of greedy generation (the choice over the vocabulary in C# included), peak resident bytes.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LLama;
using LLama.Common;
using LLama.Native;

if (args.Length != 4)
{
    Console.Error.WriteLine("llamasharp: expected MODEL.gguf PROMPT GENERATED THREADS");
    return 2;
}
var counts = Array.ConvertAll(args[1..], text => int.Parse(text, CultureInfo.InvariantCulture));
var (prompt, generated, threads) = (counts[0], counts[1], counts[2]);
NativeLibraryConfig.All.WithLogCallback((level, message) =>
{
    if (level == LLamaLogLevel.Error || message.Contains("load_backend", StringComparison.Ordinal))
        Console.Error.Write(message);
});

var clock = Stopwatch.StartNew();
var parameters = new ModelParams(args[0]) { ContextSize = (uint)(prompt + generated + 1), BatchSize = 512, UBatchSize = 512, Threads = threads, BatchThreads = threads, GpuLayerCount = 0 };
using var weights = LLamaWeights.LoadFromFile(parameters);
using var context = weights.CreateContext(parameters);
var loadSeconds = clock.Elapsed.TotalSeconds;
var batch = new LLamaBatch();
var next = Decode(0, [Token(0)]);
var firstTokenSeconds = clock.Elapsed.TotalSeconds;

var ids = Enumerable.Range(0, prompt).Select(Token).ToArray();
var promptRate = 0.0;
foreach (var _ in (int[])[0, 1]) // The first is not counted.
{
    Clear();
    clock.Restart();
    for (var at = 0; at < prompt; at += 512)
        next = Decode(at, ids.AsSpan(at, Math.Min(512, prompt - at)));
    promptRate = prompt / clock.Elapsed.TotalSeconds;
}
Clear();
next = Decode(0, [next]);
clock.Restart();
for (var at = 1; at <= generated; at++)
    next = Decode(at, [next]);
var generateRate = generated / clock.Elapsed.TotalSeconds;

Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, double>
{
    ["load_seconds"] = loadSeconds,
    ["first_token_seconds"] = firstTokenSeconds,
    ["prompt_tokens_per_second"] = promptRate,
    ["generated_tokens_per_second"] = generateRate,
    ["peak_resident_bytes"] = Process.GetCurrentProcess().PeakWorkingSet64,
}));
return 0;

// Bytes, as the seeded checkpoints number them.
static LLamaToken Token(int at) => 97 + at * 7 % 26;

void Clear() => context.NativeHandle.MemoryClear();

// The likeliest token after these.
LLamaToken Decode(int position, ReadOnlySpan<LLamaToken> tokens)
{
    batch.Clear();
    for (var i = 0; i < tokens.Length; i++)
        batch.Add(tokens[i], position + i, LLamaSeqId.Zero, logits: i == tokens.Length - 1);
    var result = context.NativeHandle.Decode(batch);
    if (result != DecodeResult.Ok)
        throw new InvalidOperationException($"llama.cpp: {result}");
    var logits = context.NativeHandle.GetLogitsIth(tokens.Length - 1);
    var best = 0;
    for (var i = 1; i < logits.Length; i++)
    {
        if (logits[i] > logits[best])
            best = i;
    }
    return best;
}
