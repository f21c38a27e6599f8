using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;
using Temoto.Grammars;
using Temoto.Jinja;

// Times schemas and masks over files of schemas with instances (a line of JSON each: {"name", "schema", "tests": [{"valid", "data"}]}), and counts right verdicts.
// Usage: masks DATA_DIR TOKENIZER_DIR [--limit N] [--out FILE.jsonl] [--compact] [--passes N]
// Each instance is written as Python's json.dumps writes it (", " and ": ", non-ASCII kept; with --compact without spaces), cut into tokens, and walked: a mask before every token must allow it, and at
// the end the mask must allow the end token. One thread.
var option = (string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;
var limit = int.Parse(option("--limit") ?? "1000000", CultureInfo.InvariantCulture);
var passes = int.Parse(option("--passes") ?? "1", CultureInfo.InvariantCulture);
var compact = args.Contains("--compact");
using var output = option("--out") is { } path ? new StreamWriter(path) : null;

var start = Stopwatch.GetTimestamp();
var tokenizer = Tokenizer.Create(TokenizerFiles.Read(args[1])!, args[1]);
var tokenizerMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
start = Stopwatch.GetTimestamp();
var vocabulary = new TokenVocabulary([.. Enumerable.Range(0, tokenizer.VocabSize).Select(tokenizer.BytesInText)], tokenizer.EosTokenIds.DefaultIfEmpty(tokenizer.VocabSize - 1));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"vocabulary {vocabulary.Count}: tokenizer {tokenizerMs:F0} ms, made ready for forms {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms"));

for (var pass = 0; pass < passes; pass++)
    Run(pass == passes - 1);

void Run(bool isLast)
{
    var (compile, first, masks) = (new List<double>(), new List<double>(), new List<double>());
    var (schemas, compiled, whole, wrong) = (0, 0, 0, 0);
    var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
    var mask = new ulong[vocabulary.MaskWords];
    foreach (var file in Directory.GetFiles(args[0], "*.jsonl").Where(file => Path.GetFileName(file) != "peer.jsonl").Order(StringComparer.Ordinal))
    {
        foreach (var line in File.ReadLines(file).Take(limit))
        {
            using var row = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1000 });
            var (name, tests) = (row.RootElement.GetProperty("name").GetString(), row.RootElement.GetProperty("tests"));
            schemas++;
            var verdicts = new List<bool?>();
            string? error = null;
            var before = masks.Count;
            try
            {
                var schema = row.RootElement.GetProperty("schema").GetRawText();
                var began = Stopwatch.GetTimestamp();
                var grammar = Grammar.FromJsonSchema(vocabulary, schema, compact ? JsonStyle.Compact : JsonStyle.Free);
                var matcher = grammar.NewMatcher();
                compile.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
                matcher.ComputeMask(mask);
                first.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
                compiled++;
                foreach (var test in tests.EnumerateArray())
                {
                    matcher.Restart();
                    var accepted = Walk(matcher, tokenizer.Encode(Written(test.GetProperty("data")), addSpecialTokens: false, parseSpecial: false), mask, masks);
                    verdicts.Add(accepted);
                    var valid = test.GetProperty("valid").GetBoolean();
                    counts[$"{(valid ? "valid" : "invalid")} {(accepted == valid ? "right" : "wrong")}"] = counts.GetValueOrDefault($"{(valid ? "valid" : "invalid")} {(accepted == valid ? "right" : "wrong")}") + 1;
                }
                var right = tests.EnumerateArray().Zip(verdicts).All(pair => pair.First.GetProperty("valid").GetBoolean() == pair.Second);
                whole += right ? 1 : 0;
                wrong += right ? 0 : 1;
            }
            catch (GrammarException refusal)
            {
                error = refusal.Message;
            }
            output?.WriteLine(JsonSerializer.Serialize(new { name, compiles = error is null, tests = verdicts, error, compile_us = error is null ? compile[^1] : 0, first_us = error is null ? first[^1] : 0, slowest_mask_us = masks.Skip(before).DefaultIfEmpty(0).Max(), masks = masks.Count - before, mask_us = masks.Skip(before).Sum() }));
        }
    }
    if (!isLast)
        return;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"collected {GC.CollectionCount(0)} times, {GC.GetTotalPauseDuration().TotalMilliseconds:F0} ms in all; allocated {GC.GetTotalAllocatedBytes() >> 20} MiB, held {GC.GetTotalMemory(false) >> 20} MiB"));
    Show("schema to matcher", compile);
    Show("schema to first mask", first);
    Show("mask, every token", masks);
    Console.WriteLine($"schemas {schemas}, compiled {compiled}, whole {whole}, with a wrong verdict {wrong}; {string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"))}");
}

static bool Walk(GrammarMatcher matcher, int[] tokens, ulong[] mask, List<double> masks)
{
    foreach (var token in tokens)
    {
        var began = Stopwatch.GetTimestamp();
        matcher.ComputeMask(mask);
        masks.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        if ((mask[token >> 6] >> token & 1) == 0)
            return false;
        if (!matcher.Accept(token))
            throw new InvalidOperationException($"token {token} is allowed and not accepted");
    }
    var last = Stopwatch.GetTimestamp();
    matcher.ComputeMask(mask);
    masks.Add(Stopwatch.GetElapsedTime(last).TotalMicroseconds);
    return matcher.CanEnd;
}

static void Show(string name, List<double> values)
{
    values.Sort();
    var at = (double share) => values[Math.Min(values.Count - 1, (int)(values.Count * share))];
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-28} n {values.Count,8}  mean {values.Average(),9:F1}  p50 {at(0.5),8:F1}  p90 {at(0.9),8:F1}  p99 {at(0.99),9:F1}  p99.9 {at(0.999),9:F1}  max {values[^1],10:F1}"));
}

string Written(JsonElement value)
{
    var read = JinjaValue.From(value);
    return PythonJson.Write(read, asciiOnly: false, indent: null, compact ? (",", ":") : (", ", ": "), sortKeys: false, JinjaBudget.ForInput(read.Weight));
}
