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

/// <summary>The model and the boards that <c>simulate</c> is asked for.</summary>
internal static class SimulationChoice
{
    /// <summary>This computer, as a board.</summary>
    public const string Host = "host";

    /// <summary>A shipped board, a file, or this computer.</summary>
    public static Board BoardOf(string name, ModelChoice choice, ParseResult parsed)
    {
        if (name != Host)
            return BoardChoice.Read(name);
        return HostBoard.Get(KernelChooser.Choose(choice.KernelsOf(parsed)), EngineSettings.ThreadsOf(choice.ThreadsOf(parsed)), integers: true);
    }

    /// <summary>A checkpoint as it lies, or a shape.</summary>
    public static SimulatedModel ModelOf(Checkpoint? checkpoint, string? name, string? shape, string? weights, double? ratio)
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
    public static double? RatioOf(string text) => text switch
    {
        "as-is" => null,
        "none" => 1,
        _ when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 1 and <= 100 => ratio,
        _ => throw new InputException("--packing", null, $"'{text}'", "as-is, none, or a ratio from 1 to 100", "write a ratio such as 1.6 with a point"),
    };
}
