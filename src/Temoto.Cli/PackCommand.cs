using System.CommandLine;
using Temoto.Formats;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary><c>temoto pack --shape NAME --seed S -o DIR</c>: a checkpoint of a named shape with seeded random weights.</summary>
internal static class PackCommand
{
    public static Command Create()
    {
        var shape = new Option<string>("--shape") { Description = $"One of {string.Join(", ", ModelShapes.All.Select(item => item.Name))}", Required = true, HelpName = "NAME" };
        var seed = new Option<ulong>("--seed") { Description = "Same seed, same weights", HelpName = "S", DefaultValueFactory = _ => 1 };
        var weights = new Option<string>("--weights") { Description = "bf16, f16 or f32", HelpName = "TYPE", DefaultValueFactory = _ => "bf16" };
        var output = new Option<string>("--output", "-o") { Description = "Directory to write", Required = true, HelpName = "DIR" };
        var json = ModelChoice.JsonOption();
        weights.AcceptOnlyFromAmong("bf16", "f16", "f32");
        var command = new Command("pack", "Write a checkpoint of a named shape with seeded random weights, for speed work and tests\n\nExample: temoto pack --shape qwen2.5-0.5b --seed 1 -o artifacts/qwen2.5-0.5b") { shape, seed, weights, output, json };
        command.SetAction((parsed, cancellation) =>
        {
            var config = ModelShapes.Get(parsed.GetRequiredValue(shape));
            var directory = parsed.GetRequiredValue(output);
            var dtype = parsed.GetValue(weights) switch { "f32" => DType.F32, "f16" => DType.F16, _ => DType.BF16 };
            ProgressBar.Run("weights", bar =>
            {
                SeededCheckpoint.Write(config, parsed.GetValue(seed), directory, dtype, bar.Report, cancellation);
                return 0;
            });
            using var checkpoint = CheckpointReader.Open(directory);
            var bytes = checkpoint.Tensors.Values.Sum(tensor => tensor.ByteLength);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(Json.Document(document =>
                {
                    document.WriteString("output", directory);
                    document.WriteString("shape", parsed.GetRequiredValue(shape));
                    document.WriteNumber("weight_bytes", bytes);
                }));
            }
            else
            {
                Console.Error.WriteLine($"wrote {directory}: {checkpoint.Tensors.Count} tensors, {bytes:#,0} bytes of random weights");
            }
            return Task.FromResult(0);
        });
        return command;
    }
}
