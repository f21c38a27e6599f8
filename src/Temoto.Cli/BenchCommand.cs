using System.CommandLine;
using System.Diagnostics;
using Temoto.Evaluation.Benchmarking;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Machine;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary><c>temoto bench MODEL</c> or <c>temoto bench --shape NAME</c>: how fast this machine runs a model, beside how fast it could read the weights.</summary>
internal static class BenchCommand
{
    private const int MostTokens = 1 << 24;

    public static Command Create()
    {
        var choice = new ModelChoice();
        var model = new Argument<string?>("MODEL") { Description = "The model to time (not with --shape)", Arity = ArgumentArity.ZeroOrOne };
        var shape = new Option<string?>("--shape") { Description = $"Time random weights of this shape (or several, with commas between), made in memory: {string.Join(", ", ModelShapes.All.Select(item => item.Name))}", HelpName = "NAME,.." };
        var weights = new Option<string?>("--weights") { Description = $"With --shape: {string.Join(", ", SeededMemory.WeightTypes.Select(type => type.Name))} (default: int4)", HelpName = "TYPE" };
        var prefill = new Option<IReadOnlyList<int>>("--prefill", "-p") { Description = "Prompt lengths to time; 0 for none", HelpName = "N,..", DefaultValueFactory = _ => [512] };
        var decode = new Option<IReadOnlyList<int>>("--decode", "-n") { Description = "Numbers of generated tokens to time; 0 for none", HelpName = "N,..", DefaultValueFactory = _ => [64] };
        var depth = new Option<IReadOnlyList<int>>("--depth", "-d") { Description = "Tokens in the cache before the first generated one", HelpName = "N,..", DefaultValueFactory = _ => [0] };
        var batch = new Option<IReadOnlyList<int>>("--batch") { Description = "Sequences that generate at the same time", HelpName = "N,..", DefaultValueFactory = _ => [1] };
        var repetitions = new Option<int>("--repetitions", "-r") { Description = "Counted rounds; one more goes before them", HelpName = "REPS", DefaultValueFactory = _ => 5 };
        var dataflow = new Option<string?>("--dataflow") { Description = "How the attention of a prompt is carried out: auto, gemm, tphs, or several", HelpName = "MODE,..", DefaultValueFactory = _ => "auto" };
        var kv = new Option<string?>("--kv") { Description = "How keys and values are stored: f16, int8, f32, or several", HelpName = "TYPE,..", DefaultValueFactory = _ => "f16" };
        var profile = new Option<bool>("--profile") { Description = "Time every operation too, and print it beside its price; one value each of -p, -n, -d, --batch, --dataflow and --kv" };
        var calibrate = new Option<bool>("--calibrate") { Description = "Measure this machine in place of a model, and keep the figures for planning (TEMOTO_BOARD, else temoto/board.json in the configuration directory)" };
        var format = new Option<string?>("--format") { Description = "md, csv or json", HelpName = "FORMAT", DefaultValueFactory = _ => "md" };
        format.OneOf("md", "csv", "json");
        foreach (var list in new[] { prefill, decode, depth })
            list.EachWithin(0, MostTokens);
        batch.EachWithin(1, EngineSettings.MostBatchSequences);
        repetitions.Within(1, 10_000);
        shape.EachOneOf([.. ModelShapes.All.Select(item => item.Name)]);
        weights.OneOf([.. SeededMemory.WeightTypes.Select(type => type.Name)]);
        dataflow.EachOneOf("auto", "gemm", "tphs");
        kv.EachOneOf("f16", "int8", "f32");
        var command = new Command("bench", "Time prefill and decode, or pictures, beside the machine's read bandwidth in the same run\n\nExample: temoto bench --shape qwen2.5-0.5b -p 512 -n 64 -d 0,2048") { model, shape, weights, prefill, decode, depth, batch, repetitions, dataflow, kv };
        foreach (var option in new Option[] { choice.Threads, choice.Kernels, choice.Activations, choice.Packed, choice.LoadHow, choice.Verify, choice.MemoryBudget, profile, calibrate, format, choice.Json })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(calibrate))
            {
                if (parsed.GetValue(model) is not null || parsed.GetValue(shape) is not null || parsed.GetValue(profile))
                    throw new InputException("--calibrate", null, parsed.GetValue(profile) ? "--profile beside it" : "a model beside it", "--calibrate alone", "calibrate first, then time the model");
                CalibrationRun.Run(parsed, choice, cancellation);
                return Task.FromResult(0);
            }
            if (parsed.GetValue(profile))
                RequireOneEach(parsed, [prefill, decode, depth, batch], [dataflow, kv], format);
            var plan = new Settings
            {
                Profile = parsed.GetValue(profile),
                Tests = Tests(Each(parsed, prefill), Each(parsed, decode), Each(parsed, depth), Each(parsed, batch)),
                TestsGiven = new Option[] { prefill, decode, depth, batch }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name,
                Rounds = parsed.GetValue(repetitions),
                Dataflows = [.. parsed.GetRequiredValue(dataflow)!.Split(',').Distinct()],
                KvTypes = [.. parsed.GetRequiredValue(kv)!.Split(',').Distinct()],
                Options = choice.Options(parsed) with { MemoryPlanned = null },
            };
            var sources = Sources(parsed.GetValue(model), parsed.GetValue(shape), WeightType(parsed.GetValue(weights), parsed.GetValue(shape)), cancellation);
            if (parsed.GetValue(shape) is { } shapes && shapes.Split(',').All(name => ModelShapes.Get(name).Vision is not null))
                plan.RefuseTests(shapes);
            var asked = parsed.GetValue(choice.Json) ? "json" : parsed.GetRequiredValue(format);
            var reports = new List<BenchReport>();
            foreach (var source in sources)
            {
                reports.Add(Time(source, plan, cancellation));
                // A table is there as soon as its model is done; the others are one document.
                if (asked == "md")
                    Console.WriteLine(reports.Count == 1 ? reports[^1].Markdown() : $"{Environment.NewLine}{reports[^1].Markdown()}");
            }
            if (asked != "md")
                Console.WriteLine(asked == "csv" ? BenchReport.Csv(reports) : BenchReport.Json(reports));
            return Task.FromResult(0);
        });
        return command;
    }

    private static BenchReport Time(Source source, Settings plan, CancellationToken cancellation)
    {
        // Random weights are made before the clock of the load starts; a model of files is opened by the load itself.
        var seeded = source.Seeded ? ProgressBar.Run("random weights", _ => source.Open()) : null;
        PhysicalMemory.ResetPeakResidentBytes();
        var loading = Stopwatch.StartNew();
        var checkpoint = seeded ?? source.Open();
        var longest = plan.Tests.Max(test => test.ContextTokens);
        if (checkpoint.Config.Vision is null && longest > checkpoint.Config.MaxPositionEmbeddings)
            throw new InputException("bench", null, $"a test of {longest} tokens", $"at most {checkpoint.Config.MaxPositionEmbeddings} (max_position_embeddings of {source.Name})", "choose smaller -p, -n or -d");
        var sequences = plan.Tests.Max(test => test.Sequences);
        var options = plan.Options with { ContextTokens = longest, MaxBatchSequences = sequences };
        var ways = plan.Dataflows.SelectMany(mode => plan.KvTypes.Select(type => (Dataflow: mode, Kv: type, Options: options with { KvCache = ModelChoice.KvTypeOf(type), Dataflow = ModelChoice.DataflowOf(mode) }))).ToList();
        using var model = new BenchmarkModel(checkpoint, ways[0].Dataflow, ways[0].Kv, ways[0].Options);
        loading.Stop();
        if (model.IsVision && !source.Seeded)
            plan.RefuseTests(source.Name);
        var memory = model.Variants[0].Plan.Memory;
        if (memory.TotalBytes + (sequences - 1) * memory.KvBytes > memory.AvailableBytes)
            throw new InputException("--batch", null, $"{memory}, and {sequences} caches", "what fits into memory", "choose fewer sequences, or a smaller -n or -d");
        foreach (var (dataflow, kv, other) in ways.Skip(1))
            model.Add(dataflow, kv, other);
        IReadOnlyList<BenchmarkTest> tests = model.IsVision ? [model.PictureTest] : plan.Tests;
        var benchmark = ProgressBar.Run("bench", bar => Benchmark.Run(model.Variants, tests, plan.Rounds, (done, all) => bar.Report(done, all), cancellation));
        return new BenchReport(source.Name, model.WeightsName, model.WeightBytes, plan.Rounds, loading.Elapsed, benchmark, plan.Profile ? Profiles(model.Variants[0], tests, plan.Rounds, cancellation) : []);
    }

    private static IReadOnlyList<StepProfile> Profiles(BenchmarkVariant variant, IReadOnlyList<BenchmarkTest> tests, int rounds, CancellationToken cancellation)
    {
        var profiled = new List<ProfiledTest>();
        try
        {
            foreach (var test in tests)
                profiled.Add(variant.Profiled(test, TimeProvider.System));
            return ProgressBar.Run("profile", bar => StepProfile.Take(profiled, rounds, (done, all) => bar.Report(done, all), cancellation));
        }
        finally
        {
            profiled.ForEach(test => test.Dispose());
        }
    }

    /// <summary>A profile is a table for each test: of one setting, which prices are for.</summary>
    private static void RequireOneEach(ParseResult parsed, Option<IReadOnlyList<int>>[] numbers, Option<string?>[] words, Option<string?> format)
    {
        foreach (var option in numbers)
            RequireOne(option, string.Join(',', Each(parsed, option)));
        foreach (var option in words)
            RequireOne(option, string.Join(',', parsed.GetRequiredValue(option)!.Split(',').Distinct()));
        if (parsed.GetValue(format) == "csv")
            throw new InputException(format.Name, null, "csv beside --profile", "md or json", "choose one of them: a profile is no row of a test");

        static void RequireOne(Option option, string values)
        {
            if (values.Contains(','))
                throw new InputException(option.Name, null, $"{values} beside --profile", "one value", "profile one setting after the other");
        }
    }

    private static List<Source> Sources(string? model, string? shapes, DType weights, CancellationToken cancellation) => (model, shapes) switch
    {
        (null, null) => throw new InputException("bench", null, "neither MODEL nor --shape", "one of them", "see temoto bench --help"),
        (not null, not null) => throw new InputException("bench", null, "both MODEL and --shape", "one of them", "see temoto bench --help"),
        (not null, _) => [new Source(model, false, () => CheckpointReader.Open(ModelChoice.Resolve(model)))],
        // All names are looked at before the first is timed.
        _ => [.. shapes!.Split(',').Distinct().Select(name => (Name: name, Config: ModelShapes.Get(name))).ToList()
            .Select(item => new Source(item.Name, true, () => SeededMemory.Create(item.Name, item.Config, weights, seed: 1, cancellation)))],
    };

    private static DType WeightType(string? name, string? shape)
    {
        if (name is not null && shape is null)
            throw new InputException("--weights", null, $"{name} without --shape", "--shape beside it", "a model keeps the weights it has; see temoto pack");
        return SeededMemory.WeightTypes.First(item => item.Name == (name ?? "int4")).Type;
    }

    private static List<BenchmarkTest> Tests(IReadOnlyList<int> prefill, IReadOnlyList<int> decode, IReadOnlyList<int> depths, IReadOnlyList<int> batches)
    {
        var tests = prefill.Where(tokens => tokens > 0).Select(tokens => new BenchmarkTest(Phase.Prefill, tokens)).ToList();
        foreach (var depth in depths)
            tests.AddRange(decode.Where(tokens => tokens > 0).SelectMany(tokens => batches.Select(sequences => new BenchmarkTest(Phase.Decode, tokens, depth, Sequences: sequences))));
        return tests.Count > 0 ? tests : throw new InputException("bench", null, "nothing to time", "-p or -n above 0", "leave them out for pp512 and tg64");
    }

    /// <summary>Each number once.</summary>
    private static List<int> Each(ParseResult parsed, Option<IReadOnlyList<int>> option) => [.. parsed.GetRequiredValue(option).Distinct()];

    /// <param name="Name">The name in reports: the shape's, or the model as the command line has it.</param>
    /// <param name="Seeded">The weights are random numbers in memory.</param>
    private sealed record Source(string Name, bool Seeded, Func<Checkpoint> Open);

    /// <summary>What is timed of each model.</summary>
    private sealed record Settings
    {
        /// <summary>Of language models.</summary>
        public required IReadOnlyList<BenchmarkTest> Tests { get; init; }

        /// <summary>The first option on the command line that chose <see cref="Tests"/>; null where none did.</summary>
        public required string? TestsGiven { get; init; }

        public required int Rounds { get; init; }

        public required IReadOnlyList<string> Dataflows { get; init; }

        public required IReadOnlyList<string> KvTypes { get; init; }

        public required ModelOptions Options { get; init; }

        /// <summary>Steps are timed too.</summary>
        public required bool Profile { get; init; }

        /// <summary>For models that look at pictures alone: there is nothing to choose.</summary>
        public void RefuseTests(string model)
        {
            if (TestsGiven is not null)
                throw new InputException(TestsGiven, null, $"a choice of tokens for {model}, which looks at pictures", "it with language models only", "leave it out: a picture is timed");
        }
    }
}
