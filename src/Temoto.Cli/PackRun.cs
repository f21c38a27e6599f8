using System.CommandLine;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Generation.Adapters;
using Temoto.Models;
using Temoto.Quantization;
using Temoto.Quantization.Exports;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary>The work of <c>pack</c> on one checkpoint: calibration, the job, and the conversion to an AutoAWQ directory where that is asked for.</summary>
internal static class PackRun
{
    /// <returns>The finished job, for the report.</returns>
    public static PackJob Run(string source, string? adapter, string output, QuantizationChoice choice, ParseResult parsed, PackTarget target, CancellationToken cancellation)
    {
        using var checkpoint = AdaptedCheckpoint.Open(source, adapter);
        CheckpointFile.Verify(checkpoint, cancellation);
        if (Directory.Exists(output) && target != PackTarget.AutoAwq)
            throw new InputException(output, null, "a directory", "a file name", "name the file to write, for example model.temoto");
        var settings = choice.Settings(parsed, checkpoint, target);
        if (target != PackTarget.Temoto)
            RefuseEarly(checkpoint, settings, output, target);
        var observes = settings?.Method is QuantizationMethod.Awq or QuantizationMethod.SmoothQuant;
        var looks = checkpoint.Config.Vision is not null;
        if (observes && looks && choice.CalibrationPath(parsed) is null)
            throw new InputException(
                "--calibration", null, $"nothing, with {settings!.Method.ToString().ToLowerInvariant()} for a model that looks at pictures",
                "a folder of pictures to observe it on", "add --calibration FOLDER, or --method rtn, which observes nothing");
        if (!observes && choice.CalibrationPath(parsed) is not null)
            throw new InputException("--calibration", null, "it with a method that observes nothing", "--method awq or smoothquant", "leave --calibration out");
        var pictures = observes && looks ? CalibrationPictures.Read(checkpoint, choice.CalibrationPath(parsed)!, choice.Tokens(parsed)) : null;
        if (observes)
            ModelQuantizer.RequireOneFeedForward(checkpoint, settings!.Method);
        var calibration = observes && !looks ? Calibrate(checkpoint, adapter, choice, parsed, cancellation) : null;
        // Other formats are written from a .temoto file of the same weights, which goes again.
        var file = target == PackTarget.Temoto ? output : Path.TrimEndingDirectorySeparator(output) + TemotoFormat.Extension + ".tmp";
        var job = new PackJob(checkpoint, file)
        {
            Quantization = settings,
            Packing = target == PackTarget.Temoto ? choice.Packing(parsed) : null,
            Calibration = calibration,
            Pictures = pictures,
            Description = settings is null ? null : Describe(settings, choice, parsed, calibration, pictures),
        };
        try
        {
            ProgressBar.Run("quantize", bar => job.Run(bar.Report, bar.Report, cancellation));
        }
        catch (Exception) when (job.HasParts)
        {
            Console.Error.WriteLine($"the parts done so far are kept in {job.PartsFolder}; the same command goes on from there");
            throw;
        }
        if (job.ReusedParts > 0)
            Console.Error.WriteLine($"went on behind {job.ReusedParts} parts of an interrupted job{(settings is null || !observes ? "" : "; the report has only the layers of this run")}");
        if (target != PackTarget.Temoto)
            Export(file, source, adapter, output, target, cancellation);
        return job;
    }

    private static int[][] Calibrate(Checkpoint checkpoint, string? adapter, QuantizationChoice choice, ParseResult parsed, CancellationToken cancellation)
    {
        var tokens = choice.Tokens(parsed);
        if (choice.CalibrationPath(parsed) is { } path)
            return CalibrationText.FromText(checkpoint, path, TextFile.Read(path), tokens);
        if (ModelTypes.Of(checkpoint.Config).MakesVectors)
            throw new InputException("--calibration", null, "nothing, for a model that writes no text", "a text to observe it on", "add --calibration FILE, or --method rtn, which observes nothing");
        using var model = LanguageModel.Load(checkpoint.Path, new ModelOptions { Adapter = adapter, ContextTokens = Math.Min(CalibrationTokens.SequenceTokens, checkpoint.Config.MaxPositionEmbeddings) });
        return ProgressBar.Run("calibration", bar => CalibrationText.Sampled(model, tokens, bar.Report, cancellation));
    }

    private static string Describe(QuantizationSettings settings, QuantizationChoice choice, ParseResult parsed, int[][]? calibration, float[][]? pictures)
    {
        var path = choice.CalibrationPath(parsed);
        return Json.Document(
            new QuantizationDescription(
                settings.Method.ToString().ToLowerInvariant(),
                Name(settings.Weights),
                Name(settings.LmHead),
                Name(settings.Embedding),
                settings.Method == QuantizationMethod.SmoothQuant ? settings.StaticActivations ? "static" : "dynamic" : null,
                pictures is not null ? Path.GetFileName(Path.TrimEndingDirectorySeparator(path!))
                : calibration is null ? null
                : path is null ? "written by the model itself" : Path.GetFileName(path),
                pictures?.Length,
                calibration?.Sum(sequence => sequence.Length)),
            ResultContext.Default.QuantizationDescription);
    }

    /// <summary>"int4, groups of 64, zero points".</summary>
    public static string Name(WeightFormat format)
    {
        if (!format.IsInteger)
            return format.Type.ToString().ToLowerInvariant();
        var scales = format.PerTensor ? "one scale" : format.GroupSize == 0 ? "a scale per channel" : $"groups of {format.GroupSize}";
        return $"{(format.Type == DType.I4 ? "int4" : "int8")}, {scales}{(format.ZeroPoints ? ", zero points" : "")}";
    }

    /// <summary>What the conversion at the end would refuse is refused before the work begins.</summary>
    private static void RefuseEarly(Checkpoint checkpoint, QuantizationSettings? settings, string output, PackTarget target)
    {
        var config = HuggingFaceLayout.ConfigOf(checkpoint);
        var macro = target == PackTarget.AwqMacro;
        if (macro)
            AwqMacroLayout.Of(checkpoint.Path, config);
        foreach (var (name, shape) in ModelTypes.Of(config).FileTensors(config))
        {
            var tensor = checkpoint.Require(name, shape.Span);
            var type = settings is null ? tensor.DType : name.EndsWith("embed_tokens.weight", StringComparison.Ordinal) ? settings.Embedding.Type : name == "lm_head.weight" ? settings.LmHead.Type : DType.F16;
            if (!AutoAwqFormat.IsLayerLinear(name))
            {
                if (type is DType.I4 or DType.I8)
                    throw new InputException(
                        checkpoint.Path, name, $"{type}", "a float embedding and head: the format has no other",
                        "add --lm-head f16, or write a .temoto file");
                continue;
            }
            var groupSize = settings?.Weights.GroupSize ?? (tensor is { DType: DType.I4, Scales: { } scales } ? scales.GroupSize : 0);
            if (groupSize == 0)
                throw new InputException(
                    checkpoint.Path, name, $"{tensor.DType}", "int4 weights in groups", "quantize the float checkpoint with --weights int4");
            if (macro ? groupSize != AwqMacro.Inputs : shape[1] % groupSize != 0 || shape[0] % 8 != 0)
                throw new InputException(
                    checkpoint.Path, name, $"[{shape[0]}, {shape[1]}] in groups of {groupSize}",
                    macro ? $"groups of {AwqMacro.Inputs}" : "outputs in eights and a group size that divides the inputs",
                    "choose another --group-size, or write a .temoto file");
        }
        if (settings is not null && settings.LmHead != settings.Embedding && config.TieWordEmbeddings)
            throw new InputException("--lm-head", null, "another type than --embedding", "one type for tied embeddings", "leave one of them out");
        if (!macro)
            HuggingFaceDirectory.Create(output);
    }

    private static void Export(string file, string source, string? adapter, string output, PackTarget target, CancellationToken cancellation)
    {
        try
        {
            using var packed = TemotoFile.Open(file);
            if (target == PackTarget.AwqMacro)
            {
                ProgressBar.Run("export", bar => AwqMacroFile.Write(packed, output, bar.Report, cancellation));
                return;
            }
            var notes = ProgressBar.Run("export", bar => AutoAwqExport.Write(packed, Directory.Exists(source) ? source : null, adapter is null ? null : AdaptedCheckpoint.FolderOf(adapter), output, bar.Report, cancellation));
            foreach (var note in notes)
                Console.Error.WriteLine(note.Replace(file, source, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }
}

/// <summary>What <c>pack</c> writes of a quantized model.</summary>
internal enum PackTarget
{
    Temoto,
    AutoAwq,
    AwqMacro,
}

/// <summary>How a model was quantized, as its .temoto file keeps it.</summary>
internal sealed record QuantizationDescription(
    string Method, string Weights, string LmHead, string Embedding, string? Activations, string? Calibration, int? CalibrationPictures, int? CalibrationTokens);
