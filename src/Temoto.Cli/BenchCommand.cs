using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Temoto.Dataflow;
using Temoto.Formats;
using Temoto.Generation.Benchmarking;
using Temoto.Generation.Execution;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary><c>temoto bench MODEL</c> or <c>temoto bench --shape NAME</c>: how fast this machine runs a model, beside how fast it could read the weights.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var choice = new ModelChoice();
        var model = new Argument<string?>("MODEL") { Description = "The model to time (not with --shape)", Arity = ArgumentArity.ZeroOrOne };
        var shape = new Option<string?>("--shape") { Description = $"Time random weights of this shape, made in memory: {string.Join(", ", ModelShapes.All.Select(item => item.Name))}", HelpName = "NAME" };
        var weights = new Option<string?>("--weights") { Description = $"With --shape: {string.Join(", ", SeededMemory.WeightTypes.Select(type => type.Name))} (default: int4)", HelpName = "TYPE" };
        var prefill = new Option<string>("--prefill", "-p") { Description = "Prompt lengths to time; 0 for none", HelpName = "N,..", DefaultValueFactory = _ => "512" };
        var decode = new Option<string>("--decode", "-n") { Description = "Numbers of generated tokens to time; 0 for none", HelpName = "N,..", DefaultValueFactory = _ => "64" };
        var depth = new Option<string>("--depth", "-d") { Description = "Tokens in the cache before the first generated one", HelpName = "N,..", DefaultValueFactory = _ => "0" };
        var repetitions = new Option<int>("--repetitions", "-r") { Description = "Counted rounds; one more goes before them", HelpName = "REPS", DefaultValueFactory = _ => 5 };
        var dataflow = new Option<string>("--dataflow") { Description = "How the attention of a prompt is carried out: auto, gemm, tphs, or several", HelpName = "MODE,..", DefaultValueFactory = _ => "auto" };
        var kv = new Option<string>("--kv") { Description = "How keys and values are stored: f16, int8, f32, or several", HelpName = "TYPE,..", DefaultValueFactory = _ => "f16" };
        var calibrate = new Option<bool>("--calibrate") { Description = "Measure this machine in place of a model, and keep the figures for planning (TEMOTO_BOARD, else temoto/board.json in the configuration directory)" };
        var format = new Option<string>("--format") { Description = "md, csv or json", HelpName = "FORMAT", DefaultValueFactory = _ => "md" };
        format.AcceptOnlyFromAmong("md", "csv", "json");
        var command = new Command("bench", "Time prefill and decode, beside the machine's read bandwidth in the same run\n\nExample: temoto bench --shape qwen2.5-0.5b -p 512 -n 64 -d 0,2048") { model, shape, weights, prefill, decode, depth, repetitions, dataflow, kv };
        foreach (var option in new Option[] { choice.Threads, choice.Kernels, choice.Activations, choice.Packed, calibrate, format, choice.Json })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(calibrate))
            {
                if (parsed.GetValue(model) is not null || parsed.GetValue(shape) is not null)
                    throw new InputException("--calibrate", null, "a model beside it", "--calibrate alone", "calibrate first, then time the model");
                CalibrationRun.Run(parsed, choice, cancellation);
                return Task.FromResult(0);
            }
            var tests = Tests(Numbers("--prefill", parsed.GetRequiredValue(prefill)), Numbers("--decode", parsed.GetRequiredValue(decode)), Numbers("--depth", parsed.GetRequiredValue(depth)));
            var rounds = parsed.GetValue(repetitions);
            if (rounds is < 1 or > 10_000)
                throw new InputException("--repetitions", null, $"{rounds}", "1 to 10000", "choose a number of rounds");
            var modes = Words("--dataflow", parsed.GetRequiredValue(dataflow), ["auto", "gemm", "tphs"]);
            var kvTypes = Words("--kv", parsed.GetRequiredValue(kv), ["f16", "int8", "f32"]);
            var options = choice.Options(parsed) with { ContextTokens = tests.Max(test => test.ContextTokens), MemoryPlanned = null };
            var variants = modes.SelectMany(mode => kvTypes.Select(type => (Dataflow: mode, Kv: type, Options: options with { KvCache = ModelChoice.KvTypeOf(type), Dataflow = ModelChoice.DataflowOf(mode) }))).ToList();

            var source = Source(parsed.GetValue(model), parsed.GetValue(shape));
            var weightType = WeightType(parsed.GetValue(weights), parsed.GetValue(shape));
            using var seeded = new SeededSource(parsed.GetValue(shape), weightType, cancellation);
            var loading = Stopwatch.StartNew();
            using var loaded = seeded.Load(source, variants[0].Options);
            loading.Stop();
            var running = new List<(ModelEngine Engine, BenchmarkVariant Variant)>();
            try
            {
                foreach (var variant in variants)
                {
                    var engine = running.Count == 0 ? loaded.Engine : loaded.NewEngine(variant.Options);
                    running.Add((engine, new BenchmarkVariant(engine, variant.Dataflow, variant.Kv)));
                }
                var benchmark = ProgressBar.Run("bench", bar => Benchmark.Run([.. running.Select(item => item.Variant)], tests, rounds, (done, all) => bar.Report(done, all), cancellation));
                var report = new BenchReport(source, loaded, rounds, loading.Elapsed, benchmark);
                Console.WriteLine(parsed.GetValue(choice.Json) ? report.Json() : parsed.GetValue(format) switch { "json" => report.Json(), "csv" => report.Csv(), _ => report.Markdown() });
            }
            finally
            {
                foreach (var (engine, variant) in running)
                {
                    variant.Dispose();
                    if (engine != loaded.Engine)
                        engine.Dispose();
                }
            }
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>The name in reports: the shape's, or the model's path.</summary>
    private static string Source(string? model, string? shape) => (model, shape) switch
    {
        (null, null) => throw new InputException("bench", null, "neither MODEL nor --shape", "one of them", "see temoto bench --help"),
        (not null, not null) => throw new InputException("bench", null, "both MODEL and --shape", "one of them", "see temoto bench --help"),
        (not null, _) => ModelChoice.Resolve(model),
        _ => shape!,
    };

    private static DType WeightType(string? name, string? shape)
    {
        if (name is not null && shape is null)
            throw new InputException("--weights", null, $"{name} without --shape", "--shape beside it", "a model keeps the weights it has; see temoto pack");
        foreach (var (known, type) in SeededMemory.WeightTypes)
        {
            if (known == (name ?? "int4"))
                return type;
        }
        throw new InputException("--weights", null, name!, string.Join(", ", SeededMemory.WeightTypes.Select(type => type.Name)), "choose one of them");
    }

    private static List<BenchmarkTest> Tests(IReadOnlyList<int> prefill, IReadOnlyList<int> decode, IReadOnlyList<int> depths)
    {
        var tests = prefill.Where(tokens => tokens > 0).Select(tokens => new BenchmarkTest(Phase.Prefill, tokens)).ToList();
        foreach (var depth in depths)
            tests.AddRange(decode.Where(tokens => tokens > 0).Select(tokens => new BenchmarkTest(Phase.Decode, tokens, depth)));
        return tests.Count > 0 ? tests : throw new InputException("bench", null, "nothing to time", "-p or -n above 0", "leave them out for pp512 and tg64");
    }

    /// <summary>"512,2048", each once.</summary>
    private static List<int> Numbers(string option, string list)
    {
        var numbers = new List<int>();
        foreach (var word in list.Split(','))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 1 << 24)
                throw new InputException(option, null, $"'{list}'", "whole numbers with commas between", "for example 512,2048");
            if (!numbers.Contains(number))
                numbers.Add(number);
        }
        return numbers;
    }

    private static List<string> Words(string option, string list, string[] known)
    {
        var words = list.Split(',').Distinct().ToList();
        return words.All(known.Contains) ? words : throw new InputException(option, null, $"'{list}'", $"{string.Join(", ", known)}, or several with commas between", "choose from these");
    }

    /// <summary>The weights of a shape, made before the clock of the load starts; a model of files is opened by the load itself.</summary>
    private sealed class SeededSource(string? shape, DType type, CancellationToken cancellation) : IDisposable
    {
        private Checkpoint? checkpoint = shape is null
            ? null
            : ProgressBar.Run("random weights", _ => SeededMemory.Create(shape, ModelShapes.Get(shape), type, seed: 1, cancellation));

        public LanguageModel Load(string source, ModelOptions options)
        {
            if (checkpoint is null)
                return LanguageModel.Load(source, options);
            // The model takes it over.
            (var mine, checkpoint) = (checkpoint, null);
            return LanguageModel.Load(mine, options);
        }

        public void Dispose() => checkpoint?.Dispose();
    }
}
