using System.CommandLine;
using System.Text;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Files;
using Temoto.Generation.Execution;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Exploration;
using Temoto.Simulation.Report;

namespace Temoto.Cli;

/// <summary><c>temoto simulate</c>: how fast a model would be on a board, where time and energy go, and what the answer rests on.</summary>
internal static class SimulateCommand
{
    private const int MostTokens = 1 << 20;

    /// <summary>Designs of a front that are printed; the JSON document has them all.</summary>
    private const int MostDesigns = 12;

    public static Command Create()
    {
        var choice = new ModelChoice();
        var model = new Argument<string?>("MODEL") { Description = "The model to simulate (not with --model)", Arity = ArgumentArity.ZeroOrOne };
        var shape = new Option<string?>("--model") { Description = $"Simulate weights of this shape, which needs no file: {string.Join(", ", ModelShapes.All.Select(item => item.Name))}", HelpName = "SHAPE" };
        var weights = new Option<string?>("--weights") { Description = $"With --model: {string.Join(", ", SimulatedWeights.Types.Select(type => type.Name))} (default: awq)", HelpName = "TYPE" };
        var board = new Option<string?>("--board") { Description = $"Boards with commas between: {SimulationChoice.Host} (this computer), {string.Join(", ", BoardChoice.Names)}, or board files", HelpName = "NAME|FILE,..", DefaultValueFactory = _ => "kv260" };
        var bandwidth = new Option<IReadOnlyList<double>>("--bandwidth-gbps") { Description = "Bandwidths of memory in gigabits per second in place of the board's own", HelpName = "N,..", DefaultValueFactory = _ => [] };
        var prefill = new Option<IReadOnlyList<int>>("--prefill", "-p") { Description = "Prompt lengths", HelpName = "N,..", DefaultValueFactory = _ => [512] };
        var decodeAt = new Option<IReadOnlyList<int>>("--decode-at") { Description = "Tokens in the cache when a token is generated", HelpName = "N,..", DefaultValueFactory = _ => [512] };
        var dataflow = new Option<string?>("--dataflow") { Description = "How the attention of a prompt is carried out: gemm, tphs, auto (what the planner finds fastest), or several", HelpName = "MODE,..", DefaultValueFactory = _ => "auto" };
        var packing = new Option<string?>("--packing") { Description = "Lossless packing of integer weights: as-is (what the file has), none, or a ratio of plain to packed bytes such as 1.6", HelpName = "MODE|RATIO", DefaultValueFactory = _ => "as-is" };
        var sweep = new Option<string?>("--sweep") { Description = "Both dataflows over bandwidths and processing elements, with the line where one overtakes the other: pe=14..96,bandwidth-gbps=1..51 (steps: pe=14..96:2)", HelpName = "RANGES" };
        var explore = new Option<bool>("--explore") { Description = "Search the designs of the Temoto core that fit the board's device for the best: ports, lanes, clock, buffers" };
        var power = new Option<double?>("--power-watts") { Description = "With --explore: what the best design may take", HelpName = "W" };
        var reportFile = new Option<string?>("--report") { Description = "Write a report for people who decide: one HTML file, readable anywhere", HelpName = "FILE.html" };
        var language = new Option<string?>("--language") { Description = "Of the report: en or ja", HelpName = "LANGUAGE", DefaultValueFactory = _ => "en" };
        var compare = new Option<string?>("--compare") { Description = "More boards, side by side with --board", HelpName = "NAME|FILE,.." };
        var template = new Option<bool>("--template") { Description = "Print a board file to start from" };
        prefill.EachWithin(1, MostTokens);
        decodeAt.EachWithin(0, MostTokens);
        bandwidth.EachWithin(0.001, 1e6);
        power.Within(0.001, 1e6);
        language.OneOf("en", "ja");
        shape.OneOf([.. ModelShapes.All.Select(item => item.Name)]);
        weights.OneOf([.. SimulatedWeights.Types.Select(type => type.Name)]);
        dataflow.EachOneOf("auto", "gemm", "tphs");
        choice.Kv.Description = "How keys and values are stored: f16, int8 or f32 (default: what the board's attention is made for)";
        var command = new Command("simulate", "Tell how fast a model would be on a board, and where its time and energy go (simulated)\n\nExample: temoto simulate --model qwen2.5-0.5b --board kv260,raspberry-pi-5") { model, shape, weights, board, bandwidth, prefill, decodeAt, dataflow, packing, choice.Kv, sweep };
        foreach (var option in new Option[] { explore, power, reportFile, language, compare, template, choice.Threads, choice.Kernels, choice.Json })
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(template))
            {
                Console.Write((BoardChoice.Read("raspberry-pi-5") with { Name = "my board", Description = "Change every figure to your board's and say where it comes from." }).ToJson());
                return 0;
            }
            var ratio = SimulationChoice.RatioOf(parsed.GetRequiredValue(packing)!);
            if (parsed.GetValue(reportFile) is { } path)
                OutputPath.RequireFile(path);
            var names = parsed.GetRequiredValue(board)!.Split(',').Concat(parsed.GetValue(compare)?.Split(',') ?? []).Distinct();
            var boards = names.Select(name => SimulationChoice.BoardOf(name, choice, parsed)).ToList();
            var devices = parsed.GetValue(explore) ? boards.ConvertAll(DeviceResources.Of) : [];
            var ranges = parsed.GetValue(sweep) is { } text ? SweepRanges.Parse(text) : null;
            if (ranges is { Elements: not null } && boards.Find(item => BoardVariant.Elements(item) is null) is { } flat)
                throw new InputException("--sweep", "pe", $"{flat.Name}, whose processing elements form no pipelines", "a board with devices[].pipeline, such as zcu102-meadow", "leave pe out, or choose another board");
            var request = new SimulationRequest(
                parsed.GetRequiredValue(bandwidth),
                parsed.GetRequiredValue(prefill),
                parsed.GetRequiredValue(decodeAt),
                [.. parsed.GetRequiredValue(dataflow)!.Split(',').Distinct().Select(name => EngineSettings.ModeOf(ModelChoice.DataflowOf(name)))],
                EngineSettings.KvOf(ModelChoice.KvTypeOf(parsed.GetValue(choice.Kv))));
            using var checkpoint = parsed.GetValue(model) is { } name ? CheckpointReader.Open(ModelChoice.Resolve(name)) : null;
            var simulated = SimulationChoice.ModelOf(checkpoint, parsed.GetValue(model), parsed.GetValue(shape), parsed.GetValue(weights), ratio);
            // Defaults are cut to what the model can.
            if (parsed.GetResult(prefill) is not { Implicit: false })
                request = request with { PromptTokens = [Math.Min(request.PromptTokens[0], simulated.MostTokens - 1)] };
            if (parsed.GetResult(decodeAt) is not { Implicit: false })
                request = request with { DecodePositions = [Math.Min(request.DecodePositions[0], simulated.MostTokens - 1)] };
            var most = Math.Max(request.ContextTokens, ranges is null ? 0 : request.PromptTokens[0] + 1);
            if (!simulated.IsPicture && most > simulated.MostTokens)
                throw new InputException("simulate", null, $"a prompt or a position of {most - 1} tokens", $"below {simulated.MostTokens} (max_position_embeddings of {simulated.Name})", "choose a smaller --prefill or --decode-at");
            var simulations = boards.ConvertAll(item => BoardSimulation.Run(simulated, item, request));
            var sweeps = ranges is null ? [] : boards.ConvertAll(item => Sweep.Run(simulated, item, request.PromptTokens[0], ranges.Elements ?? [null], ranges.BandwidthsGbps, request.Kv));
            var explorations = parsed.GetValue(explore)
                ? boards.Zip(devices, (item, device) => DesignSpace.Explore(simulated, item, device, UnitCosts.Shipped, new ExplorationSettings(request.PromptTokens[0], request.DecodePositions[0], parsed.GetValue(power)))).ToList()
                : [];
            if (parsed.GetValue(reportFile) is { } file)
            {
                var host = SimulationChoice.BoardOf(SimulationChoice.Host, choice, parsed);
                var settings = new ReportSettings
                {
                    Language = parsed.GetValue(language) == "ja" ? ReportLanguage.Japanese : ReportLanguage.English,
                    Host = boards.Exists(item => item.Host is not null) ? null : BoardSimulation.Run(simulated, host, request with { BandwidthsGbps = [] }),
                };
                AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(HtmlReport.Write(simulations, sweeps.FirstOrDefault(), settings))));
                Console.Error.WriteLine($"report written to {file}");
            }
            var report = new SimulationReport(simulations, sweeps, explorations, MostDesigns);
            Console.WriteLine(parsed.GetValue(choice.Json) ? report.Json() : report.Text());
            return 0;
        });
        return command;
    }
}
