using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Simulation.Costing;

namespace Temoto.Cli.Mcp;

/// <summary><c>simulate</c>: what <c>temoto simulate</c> prints, of the boards that come with the command; clients name no files.</summary>
internal static class SimulateTool
{
    private const int Tokens = 512;

    public static ModelTool Of(LanguageModel model, string name)
    {
        var shapes = ModelShapes.All.Select(shape => shape.Name).ToList();
        var schema = ModelTool.SchemaOf($$"""
            {"type": "object", "required": ["board"], "additionalProperties": false, "properties": {
                "board": {"type": "string", "enum": [{{Listed(BoardChoice.Names)}}]},
                "shape": {"type": "string", "enum": [{{Listed(shapes)}}], "description": "Simulate weights of this shape in int4 in place of the model"},
                "prompt_tokens": {"type": "integer", "minimum": 1, "description": "Length of the prompt (default: {{Tokens}}, or as much as the model takes)"},
                "decode_at": {"type": "integer", "minimum": 0, "description": "Tokens in the cache when a token is generated (default: {{Tokens}}, likewise)"}
            } }
            """);
        return new("simulate", $"Tell how fast {name}, or a model of a named shape, would be on a board: time, bytes, energy and what binds it (simulated, with its assumptions).", schema,
            (arguments, stop) => Task.Run(() => ModelTool.Text(Simulate(model, name, arguments, shapes)), stop));
    }

    private static string Simulate(LanguageModel model, string name, ToolArguments arguments, List<string> shapes)
    {
        var board = Named("board", arguments.RequiredText("board"), BoardChoice.Names)!;
        var shape = Named("shape", arguments.Text("shape"), shapes);
        using var checkpoint = shape is null ? CheckpointReader.Open(model.Info.Path) : null;
        var simulated = SimulationChoice.ModelOf(checkpoint, checkpoint is null ? null : name, shape, weights: null, ratio: null);
        var most = simulated.MostTokens - 1;
        var request = new SimulationRequest(
            [],
            [arguments.Whole("prompt_tokens", 1, most) ?? Math.Min(Tokens, most)],
            [arguments.Whole("decode_at", 0, most) ?? Math.Min(Tokens, most)],
            [EngineSettings.ModeOf(DataflowChoice.Auto)],
            EngineSettings.KvOf(null));
        return new SimulationReport([BoardSimulation.Run(simulated, BoardChoice.Read(board), request)], [], [], mostDesigns: 0).Text();
    }

    private static string? Named(string argument, string? name, IReadOnlyList<string> names) =>
        name is null || names.Contains(name) ? name : throw new InputException("simulate", argument, $"'{name}'", $"one of {string.Join(", ", names)}", "mend the call");

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"\"{name}\""));
}
