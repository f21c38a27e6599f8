using System.CommandLine;
using System.Globalization;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Cli;

/// <summary><c>temoto simulate</c>: how fast a model would be on a board, where time and energy go, and what the answer rests on.</summary>
internal static class SimulateCommand
{
    private const string Host = "host";
    private const int MostTokens = 1 << 20;

    public static Command Create()
    {
        var choice = new ModelChoice();
        var model = new Argument<string?>("MODEL") { Description = "The model to simulate (not with --model)", Arity = ArgumentArity.ZeroOrOne };
        var shape = new Option<string?>("--model") { Description = $"Simulate weights of this shape, which needs no file: {string.Join(", ", ModelShapes.All.Select(item => item.Name))}", HelpName = "SHAPE" };
        var weights = new Option<string?>("--weights") { Description = $"With --model: {string.Join(", ", SimulatedWeights.Types.Select(type => type.Name))} (default: awq)", HelpName = "TYPE" };
        var board = new Option<string?>("--board") { Description = $"Boards with commas between: {Host} (this computer), {string.Join(", ", BoardChoice.Names)}, or board files", HelpName = "NAME|FILE,..", DefaultValueFactory = _ => "kv260" };
        var bandwidth = new Option<IReadOnlyList<double>>("--bandwidth-gbps") { Description = "Bandwidths of memory in gigabits per second in place of the board's own", HelpName = "N,..", DefaultValueFactory = _ => [] };
        var prefill = new Option<IReadOnlyList<int>>("--prefill", "-p") { Description = "Prompt lengths", HelpName = "N,..", DefaultValueFactory = _ => [512] };
        var decodeAt = new Option<IReadOnlyList<int>>("--decode-at") { Description = "Tokens in the cache when a token is generated", HelpName = "N,..", DefaultValueFactory = _ => [512] };
        var dataflow = new Option<string?>("--dataflow") { Description = "How the attention of a prompt is carried out: gemm, tphs, auto (what the planner finds fastest), or several", HelpName = "MODE,..", DefaultValueFactory = _ => "auto" };
        var packing = new Option<string?>("--packing") { Description = "Lossless packing of integer weights: as-is (what the file has), none, or a ratio of plain to packed bytes such as 1.6", HelpName = "MODE|RATIO", DefaultValueFactory = _ => "as-is" };
        var sweep = new Option<string?>("--sweep") { Description = "Both dataflows over bandwidths and processing elements, with the line where one overtakes the other: pe=14..96,bandwidth-gbps=1..51 (steps: pe=14..96:2)", HelpName = "RANGES" };
        var template = new Option<bool>("--template") { Description = "Print a board file to start from" };
        prefill.EachWithin(1, MostTokens);
        decodeAt.EachWithin(0, MostTokens);
        bandwidth.EachWithin(0.001, 1e6);
        shape.OneOf([.. ModelShapes.All.Select(item => item.Name)]);
        weights.OneOf([.. SimulatedWeights.Types.Select(type => type.Name)]);
        dataflow.EachOneOf("auto", "gemm", "tphs");
        choice.Kv.Description = "How keys and values are stored: f16, int8 or f32 (default: what the board's attention is made for)";
        var command = new Command("simulate", "Tell how fast a model would be on a board, and where its time and energy go (simulated)\n\nExample: temoto simulate --model qwen2.5-0.5b --board kv260,raspberry-pi-5") { model, shape, weights, board, bandwidth, prefill, decodeAt, dataflow, packing, choice.Kv, sweep };
        foreach (var option in new Option[] { template, choice.Threads, choice.Kernels, choice.Json })
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(template))
            {
                Console.Write((BoardChoice.Read("raspberry-pi-5") with { Name = "my board", Description = "Change every figure to your board's and say where it comes from." }).ToJson());
                return 0;
            }
            var ratio = RatioOf(parsed.GetRequiredValue(packing)!);
            var boards = parsed.GetRequiredValue(board)!.Split(',').Select(name => BoardOf(name, choice, parsed)).ToList();
            var ranges = parsed.GetValue(sweep) is { } text ? SweepRanges.Parse(text) : null;
            if (ranges is { Elements: not null } && boards.Find(item => BoardVariant.Elements(item) is null) is { } flat)
                throw new InputException("--sweep", "pe", $"{flat.Name}, whose processing elements form no pipelines", "a board with devices[].pipeline, such as zcu102-meadow", "leave pe out, or choose another board");
            var request = new SimulationRequest(
                parsed.GetRequiredValue(bandwidth),
                parsed.GetRequiredValue(prefill),
                parsed.GetRequiredValue(decodeAt),
                [.. parsed.GetRequiredValue(dataflow)!.Split(',').Distinct().Select(name => name switch { "gemm" => DataflowMode.Gemm, "tphs" => DataflowMode.Tphs, _ => (DataflowMode?)null })],
                parsed.GetValue(choice.Kv) switch { "f16" => NumberType.Float16, "int8" => NumberType.Int8, "f32" => NumberType.Float32, _ => null });
            using var checkpoint = parsed.GetValue(model) is { } name ? CheckpointReader.Open(ModelChoice.Resolve(name)) : null;
            var simulated = ModelOf(checkpoint, parsed.GetValue(model), parsed.GetValue(shape), parsed.GetValue(weights), ratio);
            var most = Math.Max(request.ContextTokens, ranges is null ? 0 : request.PromptTokens[0] + 1);
            if (!simulated.IsPicture && most > simulated.MostTokens)
                throw new InputException("simulate", null, $"a prompt or a position of {most - 1} tokens", $"below {simulated.MostTokens} (max_position_embeddings of {simulated.Name})", "choose a smaller --prefill or --decode-at");
            var simulations = boards.ConvertAll(item => BoardSimulation.Run(simulated, item, request));
            var sweeps = ranges is null ? [] : boards.ConvertAll(item => Sweep.Run(simulated, item, request.PromptTokens[0], ranges.Elements ?? [null], ranges.BandwidthsGbps, request.Kv));
            var report = new SimulationReport(simulations, sweeps);
            Console.WriteLine(parsed.GetValue(choice.Json) ? report.Json() : report.Text());
            return 0;
        });
        return command;
    }

    private static Board BoardOf(string name, ModelChoice choice, ParseResult parsed)
    {
        if (name != Host)
            return BoardChoice.Read(name);
        return HostBoard.Get(KernelChooser.Choose(choice.KernelsOf(parsed)), EngineSettings.ThreadsOf(choice.ThreadsOf(parsed)), integers: true);
    }

    private static SimulatedModel ModelOf(Checkpoint? checkpoint, string? name, string? shape, string? weights, double? ratio)
    {
        switch (checkpoint, shape)
        {
            case (null, null):
                throw new InputException("simulate", null, "neither MODEL nor --model", "one of them", "see temoto simulate --help");
            case (not null, not null):
                throw new InputException("simulate", null, "both MODEL and --model", "one of them", "see temoto simulate --help");
            case (null, not null):
                var config = ModelShapes.Get(shape);
                var (graph, described) = SimulatedWeights.Of(config, weights ?? "awq", ratio ?? 1);
                return new SimulatedModel(shape, graph, described, config.MaxPositionEmbeddings, config.Vision is not null);
            case (not null, null):
                if (weights is not null)
                    throw new InputException("--weights", null, $"'{weights}' beside MODEL, whose weights are what they are", "it with --model", "leave it out");
                return new SimulatedModel(name!, EnginePlan.GraphOf(checkpoint), Described(checkpoint, ratio), checkpoint.Config.MaxPositionEmbeddings, checkpoint.Config.Vision is not null);
        }
    }

    private static Func<string, WeightInfo> Described(Checkpoint checkpoint, double? ratio) => name =>
    {
        var weight = WeightInfo.Of(checkpoint.Tensors[name]);
        return ratio is { } asked ? SimulatedWeights.Packed(weight.Plain, asked) : weight;
    };

    /// <summary>Null for weights as they are, 1 for plain ones.</summary>
    private static double? RatioOf(string text) => text switch
    {
        "as-is" => null,
        "none" => 1,
        _ when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 1 and <= 100 => ratio,
        _ => throw new InputException("--packing", null, $"'{text}'", "as-is, none, or a ratio from 1 to 100", "write a ratio such as 1.6 with a point"),
    };
}
