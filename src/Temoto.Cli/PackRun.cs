using System.CommandLine;
using Temoto.Formats;
using Temoto.Quantization;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary>The work of <c>pack</c> on one checkpoint: calibration, the job, and the conversion to an AutoAWQ directory where that is asked for.</summary>
internal static class PackRun
{
    public static PackReport Run(string source, string output, QuantizationChoice choice, ParseResult parsed, PackTarget target, CancellationToken cancellation)
    {
        using var checkpoint = CheckpointReader.Open(source);
        if (Directory.Exists(output) && target != PackTarget.AutoAwq)
            throw new InputException(output, null, "a directory", "a file name", "name the file to write, for example model.temoto");
        var settings = choice.Settings(parsed, checkpoint, target);
        if (target != PackTarget.Temoto)
            RefuseEarly(checkpoint, output, target);
        var observes = settings?.Method is QuantizationMethod.Awq or QuantizationMethod.SmoothQuant;
        if (!observes && choice.CalibrationPath(parsed) is not null)
            throw new InputException("--calibration", null, "it with a method that observes nothing", "--method awq or smoothquant", "leave --calibration out");
        var calibration = observes ? Calibrate(checkpoint, choice, parsed, cancellation) : null;
        // Other formats are written from a .temoto file of the same weights, which goes again.
        var file = target == PackTarget.Temoto ? output : Path.TrimEndingDirectorySeparator(output) + TemotoFormat.Extension + ".tmp";
        var job = new PackJob(checkpoint, file)
        {
            Quantization = settings,
            Packing = target == PackTarget.Temoto ? choice.Packing(parsed) : null,
            Calibration = calibration,
            Description = settings is null ? null : Describe(settings, choice, parsed, calibration),
        };
        try
        {
            ProgressBar.Run("quantize", bar => job.Run(bar.Report, bar.Report, cancellation));
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"interrupted: the parts done so far are in {file}.parts; the same command goes on from there");
            throw;
        }
        if (job.ReusedParts > 0)
            Console.Error.WriteLine($"went on behind {job.ReusedParts} parts of an interrupted job");
        if (target != PackTarget.Temoto)
            Export(file, source, output, target, cancellation);
        return new PackReport(job);
    }

    private static int[][] Calibrate(Checkpoint checkpoint, QuantizationChoice choice, ParseResult parsed, CancellationToken cancellation)
    {
        var tokens = choice.Tokens(parsed);
        if (choice.CalibrationPath(parsed) is { } path)
            return CalibrationText.FromText(checkpoint, path, TextFile.Read(path), tokens);
        using var model = LanguageModel.Load(checkpoint.Path, new ModelOptions { ContextTokens = Math.Min(CalibrationTokens.SequenceTokens, checkpoint.Config.MaxPositionEmbeddings) });
        return ProgressBar.Run("calibration", bar => CalibrationText.Sampled(model, tokens, bar.Report, cancellation));
    }

    private static string Describe(QuantizationSettings settings, QuantizationChoice choice, ParseResult parsed, int[][]? calibration) => Json.Document(json =>
    {
        json.WriteString("method", settings.Method.ToString().ToLowerInvariant());
        json.WriteString("weights", Name(settings.Weights));
        json.WriteString("lm_head", Name(settings.LmHead));
        json.WriteString("embedding", Name(settings.Embedding));
        if (settings.Method == QuantizationMethod.SmoothQuant)
            json.WriteString("activations", settings.StaticActivations ? "static" : "dynamic");
        if (calibration is null)
            return;
        json.WriteString("calibration", choice.CalibrationPath(parsed) is { } path ? Path.GetFileName(path) : "written by the model itself");
        json.WriteNumber("calibration_tokens", calibration.Sum(sequence => sequence.Length));
    });

    /// <summary>"int4, groups of 64, zero points".</summary>
    public static string Name(WeightFormat format)
    {
        if (!format.IsInteger)
            return format.Type.ToString().ToLowerInvariant();
        var scales = format.PerTensor ? "one scale" : format.GroupSize == 0 ? "a scale per channel" : $"groups of {format.GroupSize}";
        return $"{(format.Type == DType.I4 ? "int4" : "int8")}, {scales}{(format.ZeroPoints ? ", zero points" : "")}";
    }

    /// <summary>What the conversion at the end would refuse is refused before the work begins.</summary>
    private static void RefuseEarly(Checkpoint checkpoint, string output, PackTarget target)
    {
        HuggingFaceLayout.ConfigOf(checkpoint);
        if (target == PackTarget.AutoAwq)
            HuggingFaceDirectory.Create(output);
        else
            AwqMacroLayout.Of(checkpoint.Path, checkpoint.Config);
    }

    private static void Export(string file, string source, string output, PackTarget target, CancellationToken cancellation)
    {
        try
        {
            using var packed = TemotoFile.Open(file);
            if (target == PackTarget.AwqMacro)
            {
                ProgressBar.Run("export", bar => AwqMacroFile.Write(packed, output, bar.Report, cancellation));
                return;
            }
            var notes = ProgressBar.Run("export", bar => AutoAwqExport.Write(packed, Directory.Exists(source) ? source : null, output, bar.Report, cancellation));
            foreach (var note in notes)
                Console.Error.WriteLine(note);
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
