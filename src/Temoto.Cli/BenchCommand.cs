using System.CommandLine;
using System.Diagnostics;
using Temoto.Evaluation.Benchmarking;
using Temoto.Evaluation.Seeded;
using Temoto.Generation.Adapters;
using Temoto.Generation.Execution;
using Temoto.Machine;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary><c>temoto bench MODEL</c> or <c>temoto bench --shape NAME</c>: how fast this machine runs a model, beside how fast it could read the weights.</summary>
internal static class BenchCommand
{
    private const int MostTokens = 1 << 24, MostRounds = 10_000;

    public static Command Create()
    {
        var choice = new ModelChoice();
        var model = new Argument<string?>("MODEL") { Description = "The model to time (not with --shape)", Arity = ArgumentArity.ZeroOrOne };
        var shape = new Option<string?>("--shape") { Description = $"Time random weights of this shape (or several, with commas between), made in memory: {string.Join(", ", ModelShapes.All.Select(item => item.Name))}", HelpName = "NAME,.." };
        var weights = new Option<string?>("--weights") { Description = $"With --shape: {string.Join(", ", SeededMemory.WeightTypes.Select(type => type.Name))} (default: int4)", HelpName = "TYPE,.." };
        var prefill = new Option<IReadOnlyList<int>>("--prefill", "-p") { Description = "Prompt lengths to time; 0 for none", HelpName = "N,..", DefaultValueFactory = _ => [512] };
        var decode = new Option<IReadOnlyList<int>>("--decode", "-n") { Description = "Numbers of generated tokens to time; 0 for none", HelpName = "N,..", DefaultValueFactory = _ => [64] };
        var depth = new Option<IReadOnlyList<int>>("--depth", "-d") { Description = "Tokens in the cache before the first generated one", HelpName = "N,..", DefaultValueFactory = _ => [0] };
        var batch = new Option<IReadOnlyList<int>>("--batch") { Description = "Sequences that generate at the same time", HelpName = "N,..", DefaultValueFactory = _ => [1] };
        var repetitions = new Option<int>("--repetitions", "-r") { Description = "Counted rounds; one more goes before them", HelpName = "REPS", DefaultValueFactory = _ => 5 };
        var dataflow = new Option<string?>("--dataflow") { Description = "How the attention of a prompt is carried out: auto, gemm, tphs, or several", HelpName = "MODE,..", DefaultValueFactory = _ => "auto" };
        var kv = new Option<string?>("--kv") { Description = "How keys and values are stored: f16, int8, f32, or several", HelpName = "TYPE,..", DefaultValueFactory = _ => "f16" };
        var profile = new Option<bool>("--profile") { Description = "Time every operation too, and print it beside its price; one value each of -p, -n, -d, --batch, --dataflow and --kv" };
        var predict = new Option<string?>("--predict") { Description = "Write what the planner predicts of each test (several --weights too) to this file, then measure and print both; -r 0 measures nothing", HelpName = "FILE" };
        var calibrate = new Option<bool>("--calibrate") { Description = "Measure this machine in place of a model, and keep the figures for planning (TEMOTO_BOARD, else temoto/board.json in the configuration directory)" };
        var load = new ServerLoadChoice();
        var format = new Option<string?>("--format") { Description = "md, csv or json", HelpName = "FORMAT", DefaultValueFactory = _ => "md" };
        format.OneOf("md", "csv", "json");
        foreach (var list in new[] { prefill, decode, depth })
            list.EachWithin(0, MostTokens);
        batch.EachWithin(1, EngineSettings.MostBatchSequences);
        repetitions.Within(0, MostRounds);
        shape.EachOneOf([.. ModelShapes.All.Select(item => item.Name)]);
        weights.EachOneOf([.. SeededMemory.WeightTypes.Select(type => type.Name)]);
        dataflow.EachOneOf("auto", "gemm", "tphs");
        kv.EachOneOf("f16", "int8", "f32");
        var command = new Command("bench", "Time prefill and decode, or pictures, beside the machine's read bandwidth in the same run; or a server under load\n\nExample: temoto bench --shape qwen2.5-0.5b -p 512 -n 64 -d 0,2048\nExample: temoto bench --server http://127.0.0.1:8080 --clients 1,8 -p 512 -n 128") { model, shape, weights, prefill, decode, depth, batch, repetitions, dataflow, kv };
        foreach (var option in new Option[] { choice.Adapter, choice.Threads, choice.Kernels, choice.Activations, choice.Packed, choice.Repack, choice.LoadHow, choice.Verify, choice.MemoryBudget, profile, predict, calibrate, format, choice.Json })
            command.Options.Add(option);
        load.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            if (load.IsAsked(parsed, command, prefill, decode, choice.Json))
            {
                if (parsed.GetValue(model) is not null)
                    throw new InputException(load.Server.Name, null, "a model beside it", "one of them", "the server has its model loaded: leave MODEL out");
                return new ServerLoadRun(parsed, load, prefill, decode).RunAsync(parsed.GetValue(choice.Json), cancellation);
            }
            if (parsed.GetValue(calibrate))
            {
                if (parsed.GetValue(model) is not null || parsed.GetValue(shape) is not null || parsed.GetValue(profile) || parsed.GetValue(predict) is not null)
                    throw new InputException(
                        "--calibrate", null, parsed.GetValue(profile) ? "--profile beside it" : parsed.GetValue(predict) is null ? "a model beside it" : "--predict beside it", "--calibrate alone", "calibrate first, then time the model");
                CalibrationRun.Run(parsed, choice, cancellation);
                return Task.FromResult(0);
            }
            if (parsed.GetValue(profile))
                RequireOneEach(parsed, [prefill, decode, depth, batch], [dataflow, kv], format);
            RequireForPredictions(parsed, predict, profile, repetitions, format);
            var plan = new BenchSettings
            {
                Profile = parsed.GetValue(profile),
                Tests = Tests(Each(parsed, prefill), Each(parsed, decode), Each(parsed, depth), Each(parsed, batch)),
                TestsGiven = new Option[] { prefill, decode, depth, batch }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name,
                Rounds = parsed.GetValue(repetitions),
                Dataflows = [.. parsed.GetRequiredValue(dataflow)!.Split(',').Distinct()],
                KvTypes = [.. parsed.GetRequiredValue(kv)!.Split(',').Distinct()],
                Options = choice.Options(parsed) with { MemoryPlanned = null },
            };
            var sources = Sources(parsed.GetValue(model), parsed.GetValue(choice.Adapter), parsed.GetValue(shape), WeightTypes(parsed.GetValue(weights), parsed.GetValue(shape), several: parsed.GetValue(predict) is not null), cancellation);
            if (parsed.GetValue(shape) is { } shapes && shapes.Split(',').All(name => ModelShapes.Get(name).Vision is not null))
                plan.RefuseTests(shapes);
            var asked = parsed.GetValue(choice.Json) ? "json" : parsed.GetRequiredValue(format);
            if (parsed.GetValue(predict) is { } predictions)
            {
                new PredictRun(sources, plan, cancellation).Run(predictions, asked == "json");
                return Task.FromResult(0);
            }
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

    /// <summary>What only predictions can do, and what they cannot.</summary>
    private static void RequireForPredictions(ParseResult parsed, Option<string?> predict, Option<bool> profile, Option<int> repetitions, Option<string?> format)
    {
        if (parsed.GetValue(predict) is not { } path)
        {
            if (parsed.GetValue(repetitions) == 0)
                throw new InputException(repetitions.Name, null, "0 without --predict", $"a whole number from 1 to {MostRounds}", "give a number in that range");
            return;
        }
        OutputPath.RequireFile(path);
        if (parsed.GetValue(profile))
            throw new InputException(predict.Name, null, "--profile beside it", "one of them", "predict first, then profile what is far off");
        if (parsed.GetValue(format) == "csv")
            throw new InputException(format.Name, null, "csv beside --predict", "md or json", "choose one of them");
    }

    private static BenchReport Time(BenchSource source, BenchSettings plan, CancellationToken cancellation)
    {
        // Random weights are made before the clock of the load starts; a model of files is opened by the load itself.
        var seeded = source.Seeded ? ProgressBar.Run("random weights", _ => source.Open()) : null;
        PhysicalMemory.ResetPeakResidentBytes();
        var loading = Stopwatch.StartNew();
        var checkpoint = seeded ?? source.Open();
        BenchSettings.RequirePositions(source.Name, checkpoint.Config, plan.Tests);
        var ways = plan.Ways(plan.Tests);
        using var model = new BenchmarkModel(checkpoint, ways[0].Dataflow, ways[0].Kv, ways[0].Options);
        loading.Stop();
        if (model.IsVision && !source.Seeded)
            plan.RefuseTests(source.Name);
        BenchSettings.RequireRoom(model.Variants[0].Plan.Memory, plan.Tests);
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

    private static List<BenchSource> Sources(string? model, string? adapter, string? shapes, IReadOnlyList<DType> weights, CancellationToken cancellation) => (model, shapes) switch
    {
        (null, null) => throw new InputException("bench", null, "neither MODEL nor --shape", "one of them", "see temoto bench --help"),
        (null, _) when adapter is not null => throw new InputException("--adapter", null, "it with --shape", "a model to merge it into", "leave --adapter out, or name a model"),
        (not null, not null) => throw new InputException("bench", null, "both MODEL and --shape", "one of them", "see temoto bench --help"),
        (not null, _) => [new BenchSource(model, false, () => AdaptedCheckpoint.Open(ModelChoice.Resolve(model), adapter))],
        // All names are looked at before the first is timed.
        _ => [.. shapes!.Split(',').Distinct().Select(name => (Name: name, Config: ModelShapes.Get(name))).ToList()
            .SelectMany(item => weights.Select(type => new BenchSource(item.Name, true, () => SeededMemory.Create(item.Name, item.Config, type, seed: 1, cancellation))))],
    };

    private static List<DType> WeightTypes(string? names, string? shape, bool several)
    {
        if (names is not null && shape is null)
            throw new InputException("--weights", null, $"{names} without --shape", "--shape beside it", "a model keeps the weights it has; see temoto pack");
        if (!several && names?.Contains(',') == true)
            throw new InputException("--weights", null, $"{names} without --predict", "one type", "time one after the other");
        return [.. (names ?? "int4").Split(',').Distinct().Select(name => SeededMemory.WeightTypes.First(item => item.Name == name).Type)];
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
}
