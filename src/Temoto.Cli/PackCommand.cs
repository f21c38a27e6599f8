using System.CommandLine;
using System.Diagnostics;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Adapters;
using Temoto.Quantization;
using Temoto.Quantization.Exports;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary>
/// <c>temoto pack MODEL -o FILE</c> quantizes and packs a checkpoint, or converts it; <c>temoto pack --shape NAME -o DIR</c> writes one of a named shape
/// with seeded random weights.
/// </summary>
internal static class PackCommand
{
    private const string Temoto = "temoto", Gguf = "gguf", Awq = "awq", AwqMacro = "awq-macro", HuggingFace = "hf";

    public static Command Create()
    {
        var model = new Argument<string?>("MODEL") { Description = "The checkpoint to pack (not with --shape)", Arity = ArgumentArity.ZeroOrOne };
        var adapter = new ModelChoice().Adapter;
        var shape = new Option<string?>("--shape") { Description = $"Write random weights of this shape: {string.Join(", ", ModelShapes.All.Select(item => item.Name))}", HelpName = "NAME" };
        var seed = new Option<ulong>("--seed") { Description = "With --shape: same seed, same weights", HelpName = "S", DefaultValueFactory = _ => 1 };
        var format = new Option<string?>("--format") { Description = "temoto, gguf, awq (an AutoAWQ directory), awq-macro (the KV260 stream), hf with --shape (default: by the output's name, else temoto)", HelpName = "FORMAT" };
        var output = new Option<string>("--output", "-o") { Description = "File or directory to write", Required = true, HelpName = "PATH" };
        var quantization = new QuantizationChoice();
        var report = new Option<bool>("--report") { Description = "Print a table of sizes and errors" };
        var text = new Option<string?>("--text") { Description = "With --report: measure perplexity before and after on this text", HelpName = "FILE" };
        var json = ModelChoice.JsonOption();
        shape.OneOf([.. ModelShapes.All.Select(item => item.Name)]);
        seed.Within(ulong.MinValue, ulong.MaxValue);
        format.OneOf(Temoto, Gguf, Awq, AwqMacro, HuggingFace);
        var command = new Command("pack", "Quantize and pack a checkpoint, convert it, or write one of a named shape with seeded random weights\n\nExample: temoto pack demo --weights int4 --group-size 64 -o demo-int4.temoto") { model, adapter, shape, seed, format, output };
        quantization.AddTo(command);
        foreach (var option in new Option[] { report, text, json })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            var source = parsed.GetValue(model);
            var name = parsed.GetValue(shape);
            var path = parsed.GetRequiredValue(output);
            if (path.Length == 0)
                throw new InputException("--output", null, "an empty name", "a file or directory to write", "give a name");
            if (source is null == name is null)
                throw new InputException(
                    "pack", null, source is null ? "neither MODEL nor --shape" : "both MODEL and --shape", "one of them", "see temoto pack --help");
            var wanted = parsed.GetValue(format) ?? (name is not null ? HuggingFace : path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? Gguf : Temoto);
            if (wanted == HuggingFace != name is not null)
                throw new InputException(
                    "--format", null, wanted, name is null ? "temoto, gguf, awq or awq-macro" : "hf with --shape",
                    "pack the shape first, then the directory it wrote");
            if (parsed.GetValue(text) is not null && !parsed.GetValue(report))
                throw new InputException("--text", null, "no --report", "--report beside it", "add --report");

            if (name is null && parsed.GetResult(seed) is { Implicit: false })
                throw new InputException("--seed", null, "it without --shape", "--shape beside it", "leave --seed out");
            var adapterFolder = parsed.GetValue(adapter);
            if (name is not null && adapterFolder is not null)
                throw new InputException("--adapter", null, "it with --shape", "a model to merge it into", "leave --adapter out");
            // Before the work, not after it.
            if (wanted is Temoto or Gguf or AwqMacro)
                OutputPath.RequireFile(path);
            if (wanted is Temoto or Awq or AwqMacro)
                quantization.Judge(parsed);
            var content = parsed.GetValue(text) is { } textPath ? TextFile.Read(textPath) : null;

            var clock = Stopwatch.StartNew();
            PackJob? job = null;
            switch (wanted)
            {
                case HuggingFace:
                    WriteShape(name!, parsed.GetValue(seed), path, quantization.FloatType(parsed), cancellation);
                    break;
                case Gguf:
                    ExportGguf(ModelChoice.Resolve(source!), adapterFolder, path, quantization.GgufType(parsed), cancellation);
                    break;
                default:
                    var target = wanted switch { Awq => PackTarget.AutoAwq, AwqMacro => PackTarget.AwqMacro, _ => PackTarget.Temoto };
                    job = PackRun.Run(ModelChoice.Resolve(source!), adapterFolder, path, quantization, parsed, target, cancellation);
                    break;
            }
            PrintResult(path, name is not null, clock.Elapsed, parsed.GetValue(json), parsed.GetValue(report), job, source, adapterFolder, content, cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    private static void PrintResult(
        string path, bool random, TimeSpan elapsed, bool json, bool wantsReport, PackJob? job, string? source, string? adapter, string? text,
        CancellationToken cancellation)
    {
        using var checkpoint = CheckpointReader.Open(path);
        var bytes = checkpoint.Tensors.Values.Sum(tensor => tensor.StoredBytes);
        var elements = checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount);
        var report = wantsReport ? PackReportTable.Create(checkpoint, job, source is null ? null : ModelChoice.Resolve(source), adapter, path, text, cancellation) : null;
        if (json)
        {
            Console.WriteLine(Json.Document(
                new Packed(
                    path, checkpoint.Tensors.Count, bytes, 8.0 * bytes / elements, elapsed.TotalSeconds,
                    report?.Kinds, report?.Layers, report?.PerplexityBefore, report?.PerplexityAfter),
                ResultContext.Default.Packed));
            return;
        }
        report?.Print();
        Console.Error.WriteLine($"wrote {path}: {checkpoint.Tensors.Count} tensors, {bytes:#,0} bytes, {8.0 * bytes / elements:0.00} bits per weight{(random ? ", random weights" : "")}, {elapsed.TotalSeconds:0.0} s");
    }

    private static void ExportGguf(string source, string? adapter, string path, DType dtype, CancellationToken cancellation)
    {
        using var checkpoint = AdaptedCheckpoint.Open(source, adapter);
        CheckpointFile.Verify(checkpoint, cancellation);
        if (checkpoint.Tensors.Values.Any(tensor => tensor.InputGrid is not null))
            Console.Error.WriteLine("note: GGUF has no word for integer activations; they stay float");
        ProgressBar.Run("weights", bar => GgufExport.Write(checkpoint, path, dtype, bar.Report, cancellation));
    }

    private static void WriteShape(string name, ulong seed, string directory, DType dtype, CancellationToken cancellation) =>
        ProgressBar.Run("weights", bar => SeededCheckpoint.Write(ModelShapes.Get(name), seed, directory, dtype, bar.Report, cancellation));
}

/// <summary>The document of <c>pack</c>; all behind the seconds is of the report.</summary>
internal sealed record Packed(
    string Output, int Tensors, long WeightBytes, double BitsPerWeight, double Seconds,
    IEnumerable<PackedKind>? Report, IEnumerable<PackedLayer>? Layers, double? PerplexityBefore, double? PerplexityAfter);
