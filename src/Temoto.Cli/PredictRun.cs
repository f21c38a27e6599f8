using System.Text;
using Temoto.Evaluation.Benchmarking;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Formats.Files;
using Temoto.Generation.Execution;
using Temoto.Plans;

namespace Temoto.Cli;

/// <summary>
/// <c>temoto bench --predict FILE</c>: what the planner says of every test of every model is in the file before anything is timed; then the tests are measured and set beside it.
/// </summary>
internal sealed class PredictRun(IReadOnlyList<BenchSource> sources, BenchSettings settings, CancellationToken cancellation)
{
    private Board? board;

    public void Run(string path, bool asJson)
    {
        var predictions = ProgressBar.Run("predict", bar => sources.Index().SelectMany(source =>
        {
            var tests = Predict(source.Item);
            bar.Report(source.Index + 1, sources.Count);
            return tests;
        }).ToList());
        var report = new PredictionReport(board!, predictions);
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(report.Predictions() + "\n")));
        if (settings.Rounds > 0)
            report.Compared = [.. sources.SelectMany(source => Measure(source, predictions))];
        Console.WriteLine(asJson ? report.Json(settings.Rounds) : report.Markdown(settings.Rounds));
    }

    private List<PredictedTest> Predict(BenchSource source)
    {
        using var checkpoint = source.Open();
        var tests = Tests(source, checkpoint.Config, checkpoint);
        var predicted = new List<PredictedTest>();
        foreach (var (dataflow, kv, options) in settings.Ways(tests))
        {
            var engine = EnginePlan.Fitting(checkpoint, options, "choose smaller -p, -n or -d, or a smaller model");
            board = engine.Board;
            predicted.AddRange((checkpoint.Config.Vision is null ? tests : [Picture(engine)]).Select(test => PredictedTest.Of(source.Name, checkpoint.WeightsName, dataflow, kv, engine, test)));
        }
        return predicted;
    }

    private IEnumerable<ComparedTest> Measure(BenchSource source, IReadOnlyList<PredictedTest> predictions)
    {
        var checkpoint = source.Open();
        var weights = checkpoint.WeightsName;
        var tests = Tests(source, checkpoint.Config, checkpoint);
        var ways = settings.Ways(tests);
        using var model = new BenchmarkModel(checkpoint, ways[0].Dataflow, ways[0].Kv, ways[0].Options);
        BenchSettings.RequireRoom(model.Variants[0].Plan.Memory, tests);
        foreach (var (dataflow, kv, options) in ways.Skip(1))
            model.Add(dataflow, kv, options);
        var benchmark = ProgressBar.Run($"{source.Name} {weights}", bar =>
            Benchmark.Run(model.Variants, model.IsVision ? [model.PictureTest] : tests, settings.Rounds, (done, all) => bar.Report(done, all), cancellation));
        return [.. benchmark.Results.Select(result => ComparedTest.Of(
            predictions.Single(test => (test.Model, test.Weights, test.Dataflow, test.Kv, test.Test) == (source.Name, weights, result.Variant.Dataflow, result.Variant.Kv, result.Test)),
            result,
            benchmark.ReadSamples.Median))];
    }

    /// <summary>What a model can of the tests: where its sequences end before a test would, fewer tokens are cached.</summary>
    private List<BenchmarkTest> Tests(BenchSource source, ModelConfig config, Checkpoint checkpoint)
    {
        try
        {
            if (config.Vision is not null)
            {
                if (!source.Seeded)
                    settings.RefuseTests(source.Name);
                return [.. settings.Tests];
            }
            var tests = settings.Tests.Select(test => test with { Depth = Math.Clamp(config.MaxPositionEmbeddings - test.Tokens, 0, test.Depth) }).Distinct().ToList();
            BenchSettings.RequirePositions(source.Name, config, tests);
            return tests;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static BenchmarkTest Picture(EnginePlan engine) => new(Phase.Prefill, engine.Prefill.MaxTokens, Picture: true);
}
