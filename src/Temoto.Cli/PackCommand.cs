using System.CommandLine;
using Temoto.Formats;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary>
/// <c>temoto pack MODEL --format gguf -o FILE</c> converts a checkpoint; <c>temoto pack --shape NAME -o DIR</c> writes one of a named shape with
/// seeded random weights.
/// </summary>
internal static class PackCommand
{
    public static Command Create()
    {
        var model = new Argument<string?>("MODEL") { Description = "The checkpoint to convert (not with --shape)", Arity = ArgumentArity.ZeroOrOne };
        var shape = new Option<string?>("--shape") { Description = $"Write random weights of this shape: {string.Join(", ", ModelShapes.All.Select(item => item.Name))}", HelpName = "NAME" };
        var seed = new Option<ulong>("--seed") { Description = "With --shape: same seed, same weights", HelpName = "S", DefaultValueFactory = _ => 1 };
        var format = new Option<string?>("--format") { Description = "gguf for a MODEL, hf (a Hugging Face directory) for a --shape", HelpName = "FORMAT" };
        var weights = new Option<string>("--weights") { Description = "bf16, f16 or f32; gguf also int8 (Q8_0) and int4 (Q4_0)", HelpName = "TYPE", DefaultValueFactory = _ => "bf16" };
        var output = new Option<string>("--output", "-o") { Description = "File or directory to write", Required = true, HelpName = "PATH" };
        var json = ModelChoice.JsonOption();
        weights.AcceptOnlyFromAmong("bf16", "f16", "f32", "int8", "int4");
        format.AcceptOnlyFromAmong("gguf", "hf");
        var command = new Command("pack", "Convert a checkpoint to GGUF, or write one of a named shape with seeded random weights\n\nExample: temoto pack demo --format gguf --weights int8 -o demo-q8_0.gguf") { model, shape, seed, format, weights, output, json };
        command.SetAction((parsed, cancellation) =>
        {
            var source = parsed.GetValue(model);
            var name = parsed.GetValue(shape);
            if (source is null == name is null)
                throw new InputException("pack", null, source is null ? "neither MODEL nor --shape" : "both MODEL and --shape", "one of them", "see temoto pack --help");
            var wanted = parsed.GetValue(format) ?? (name is null ? "gguf" : "hf");
            if (wanted != (name is null ? "gguf" : "hf"))
                throw new InputException("--format", null, wanted, name is null ? "gguf" : "hf with --shape", "pack the shape first, then the directory it wrote");
            var path = parsed.GetRequiredValue(output);
            var dtype = ParseType(parsed.GetValue(weights)!, name is null);
            if (name is null)
                Export(ModelChoice.Resolve(source!), path, dtype, cancellation);
            else
                WriteShape(name, parsed.GetValue(seed), path, dtype, cancellation);

            using var checkpoint = CheckpointReader.Open(path);
            var bytes = checkpoint.Tensors.Values.Sum(tensor => tensor.StoredBytes);
            var elements = checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(Json.Document(document =>
                {
                    document.WriteString("output", path);
                    document.WriteNumber("tensors", checkpoint.Tensors.Count);
                    document.WriteNumber("weight_bytes", bytes);
                    document.WriteNumber("bits_per_weight", 8.0 * bytes / elements);
                }));
            }
            else
            {
                Console.Error.WriteLine($"wrote {path}: {checkpoint.Tensors.Count} tensors, {bytes:#,0} bytes, {8.0 * bytes / elements:0.00} bits per weight{(name is null ? "" : ", random weights")}");
            }
            return Task.FromResult(0);
        });
        return command;
    }

    private static DType ParseType(string weights, bool gguf) => weights switch
    {
        "f32" => DType.F32,
        "f16" => DType.F16,
        "bf16" => DType.BF16,
        _ when !gguf => throw new InputException("--weights", null, weights, "bf16, f16 or f32 with --shape", "pack the shape first, then the directory it wrote to --format gguf"),
        "int8" => DType.Q8_0,
        _ => DType.Q4_0,
    };

    private static void Export(string source, string path, DType dtype, CancellationToken cancellation)
    {
        using var checkpoint = CheckpointReader.Open(source);
        ProgressBar.Run("weights", bar => GgufExport.Write(checkpoint, path, dtype, bar.Report, cancellation));
    }

    private static void WriteShape(string name, ulong seed, string directory, DType dtype, CancellationToken cancellation) =>
        ProgressBar.Run("weights", bar => SeededCheckpoint.Write(ModelShapes.Get(name), seed, directory, dtype, bar.Report, cancellation));
}
