using System.CommandLine;
using Temoto.Formats.Checkpoints;
using Temoto.Packing;
using Temoto.Quantization;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary>The options of <c>pack</c> that say what weights become; what is left out depends on the type of weights.</summary>
internal sealed class QuantizationChoice
{
    private const string Keep = "keep";

    /// <summary>The inputs of a layer's matrices are held for all of them.</summary>
    private const int MostCalibrationTokens = 1 << 16;

    private const string GroupSizes = "an even number from 8 to 4096, channel, or (symmetric int8) tensor";

    private readonly Option<string?> weights = new("--weights") { Description = "bf16, f16, f32, int8, int4, or keep what integers there are (default: int4; keep for integer weights; bf16 for gguf and hf)", HelpName = "TYPE" };
    private readonly Option<string?> method = new("--method") { Description = "rtn, awq (int4) or smoothquant (int8 weights and activations) (default: awq for int4, rtn for int8)", HelpName = "METHOD" };
    private readonly Option<string?> groupSize = new("--group-size") { Description = "Columns that share a scale: 32, 64, 128 ..., channel (a row) or tensor (default: 64 for int4, channel for int8 rtn, tensor for smoothquant)", HelpName = "N" };
    private readonly Option<bool> symmetric = new("--symmetric") { Description = "int4 without zero points" };
    private readonly Option<bool> zeroPoints = new("--zero-points") { Description = "int8 with zero points" };
    private readonly Option<string?> calibration = new("--calibration") { Description = "Text on which awq and smoothquant observe activations (default: texts the model writes itself); for a vision model a folder of pictures", HelpName = "PATH" };
    private readonly Option<int> calibrationTokens = new("--calibration-tokens") { Description = "Tokens of it to observe", HelpName = "N", DefaultValueFactory = _ => CalibrationTokens.DefaultTokens };
    private readonly Option<string?> activations = new("--activation-scales") { Description = "smoothquant: static scales from the calibration, or dynamic ones of each token", HelpName = "MODE", DefaultValueFactory = _ => "static" };
    private readonly Option<string?> awqScaling = new("--awq-scaling") { Description = "awq: duo (scales from activations and weights, as AutoAWQ), plain (activations alone), or both tried", HelpName = "MODE", DefaultValueFactory = _ => "duo" };
    private readonly Option<bool> noClip = new("--no-clip") { Description = "awq: do not narrow the groups' ranges" };
    private readonly Option<string?> lmHead = new("--lm-head") { Description = "Output head: bf16, f16, f32, int8 or int4 (default: f16; with tied embeddings also the embedding)", HelpName = "TYPE" };
    private readonly Option<string?> embedding = new("--embedding") { Description = "Embedding table, likewise (default: as the head where both are one tensor, else f16)", HelpName = "TYPE" };
    private readonly Option<string?> packing = new("--packing") { Description = "Lossless packing of integer rows: none, naive, packet, frequency, entropy, escape or auto", HelpName = "MODE", DefaultValueFactory = _ => "none" };

    /// <summary>Everything that says how weights become integers.</summary>
    private Option[] HowToQuantize => [method, groupSize, symmetric, zeroPoints, calibration, calibrationTokens, activations, awqScaling, noClip, lmHead, embedding];

    public void AddTo(Command command)
    {
        weights.OneOf("bf16", "f16", "f32", "int8", "int4", Keep);
        method.OneOf("rtn", "awq", "smoothquant");
        activations.OneOf("static", "dynamic");
        lmHead.OneOf("bf16", "f16", "f32", "int8", "int4");
        embedding.OneOf("bf16", "f16", "f32", "int8", "int4");
        awqScaling.OneOf("duo", "plain", "both");
        packing.OneOf("none", "naive", "packet", "frequency", "entropy", "escape", "auto");
        calibrationTokens.Within(1, MostCalibrationTokens);
        groupSize.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value is not ("channel" or "tensor") && ColumnsOf(token.Value) is null)
                result.AddError(UsageLine.Of(groupSize.Name, token.Value, GroupSizes, "leave it out"));
        });
        groupSize.CompletionSources.Add("32", "64", "128", "channel", "tensor");
        foreach (var option in (Option[])[weights, .. HowToQuantize, packing])
            command.Options.Add(option);
    }

    /// <summary>The type of a checkpoint of random weights.</summary>
    public DType FloatType(ParseResult parsed)
    {
        RefuseBeside(parsed, "hf", [.. HowToQuantize, packing]);
        return parsed.GetValue(weights) switch
        {
            null or "bf16" => DType.BF16,
            "f16" => DType.F16,
            "f32" => DType.F32,
            var other => throw new InputException("--weights", null, other, "bf16, f16 or f32 with --shape", "pack the shape first, then the directory it wrote"),
        };
    }

    public DType GgufType(ParseResult parsed)
    {
        RefuseBeside(parsed, "gguf", [.. HowToQuantize, packing]);
        return parsed.GetValue(weights) switch
        {
            null or "bf16" => DType.BF16,
            "f16" => DType.F16,
            "f32" => DType.F32,
            "int8" => DType.Q8_0,
            "int4" => DType.Q4_0,
            var other => throw new InputException("--weights", null, other, "bf16, f16, f32, int8 (Q8_0) or int4 (Q4_0) with gguf", "choose one of them"),
        };
    }

    /// <summary>Null keeps the integers that are there.</summary>
    public QuantizationSettings? Settings(ParseResult parsed, Checkpoint checkpoint, PackTarget target)
    {
        var hasIntegers = checkpoint.Tensors.Values.Any(tensor => tensor.Scales is not null);
        var type = parsed.GetValue(weights) ?? (hasIntegers ? Keep : "int4");
        if (type == Keep)
        {
            if (!hasIntegers)
                throw new InputException("--weights", null, "keep, for a model without integer weights", "int4, int8, f16, bf16 or f32", "leave it out for int4");
            RefuseBeside(parsed, "--weights keep", HowToQuantize);
            RefusePacking(parsed, target);
            return null;
        }
        if (hasIntegers)
            throw new InputException(checkpoint.Path, "--weights", $"{type} from weights that are integers already", "the float checkpoint they came from", "pack that one, or leave --weights out to keep the integers");
        var chosenMethod = Method(parsed, type);
        var format = Format(parsed, type, chosenMethod);
        if (target != PackTarget.Temoto && !(format.Type == DType.I4 && format.GroupSize > 0))
            throw new InputException("--format", null, "awq or awq-macro", "int4 weights in groups", "leave --weights and --group-size out, or write a .temoto file");
        RefusePacking(parsed, target);
        if (chosenMethod == QuantizationMethod.Rtn)
            RefuseBeside(parsed, "a method that observes nothing", calibrationTokens);
        if (chosenMethod != QuantizationMethod.SmoothQuant)
            RefuseBeside(parsed, "a method other than smoothquant", activations);
        if (chosenMethod != QuantizationMethod.Awq)
            RefuseBeside(parsed, "a method other than awq", awqScaling, noClip);
        var headType = Single(parsed, lmHead, "f16", format);
        var tied = checkpoint.Config.TieWordEmbeddings;
        return new QuantizationSettings
        {
            Method = chosenMethod,
            Weights = format,
            LmHead = headType,
            Embedding = parsed.GetValue(embedding) is null && tied ? headType : Single(parsed, embedding, "f16", format),
            StaticActivations = parsed.GetValue(activations) == "static",
            AwqScaling = Enum.Parse<AwqScaling>(parsed.GetValue(awqScaling)!, ignoreCase: true),
            AwqClip = !parsed.GetValue(noClip),
        };
    }

    public PackingSettings? Packing(ParseResult parsed) => parsed.GetValue(packing) is var mode && mode != "none" && Enum.TryParse<PackingMode>(mode, ignoreCase: true, out var parsedMode)
        ? new PackingSettings { Mode = parsedMode }
        : null;

    public string? CalibrationPath(ParseResult parsed) => parsed.GetValue(calibration);

    public int Tokens(ParseResult parsed) => parsed.GetValue(calibrationTokens);

    /// <summary>Refuses what no checkpoint could make right, before one is opened.</summary>
    public void Judge(ParseResult parsed)
    {
        if (parsed.GetValue(weights) is { } type && type != Keep)
            Format(parsed, type, Method(parsed, type));
        if (CalibrationPath(parsed) is not { } path)
            return;
        if (parsed.GetValue(method) == "rtn")
            throw new InputException("--calibration", null, "it with a method that observes nothing", "--method awq or smoothquant", "leave --calibration out");
        if (!Path.Exists(path))
            throw new InputException(path, "--calibration", "no such file or folder", "a text, or for a vision model a folder of pictures", "check the path");
    }

    private QuantizationMethod Method(ParseResult parsed, string type)
    {
        var asked = parsed.GetValue(method);
        var wanted = (asked ?? (type == "int4" ? "awq" : "rtn")) switch { "awq" => QuantizationMethod.Awq, "smoothquant" => QuantizationMethod.SmoothQuant, _ => QuantizationMethod.Rtn };
        var fits = wanted switch { QuantizationMethod.Awq => type == "int4", QuantizationMethod.SmoothQuant => type == "int8", _ => true };
        return fits ? wanted : throw new InputException("--method", null, $"{asked} with --weights {type}", "awq with int4, smoothquant with int8, rtn with any", "change one of the two");
    }

    private WeightFormat Format(ParseResult parsed, string type, QuantizationMethod method)
    {
        if (type is not ("int4" or "int8"))
        {
            RefuseBeside(parsed, $"--weights {type}", groupSize, symmetric, zeroPoints, calibration, packing);
            return new WeightFormat(Float(type));
        }
        var integer = type == "int4" ? DType.I4 : DType.I8;
        var size = parsed.GetValue(groupSize) ?? (integer == DType.I4 ? "64" : method == QuantizationMethod.SmoothQuant ? "tensor" : "channel");
        if (integer == DType.I4 ? parsed.GetValue(zeroPoints) : parsed.GetValue(symmetric))
            throw new InputException(integer == DType.I4 ? "--zero-points" : "--symmetric", null, $"it with {type}", $"nothing: that is how {type} is anyway", "leave it out");
        var zeros = integer == DType.I4 ? !parsed.GetValue(symmetric) : parsed.GetValue(zeroPoints);
        if (method == QuantizationMethod.SmoothQuant && (zeros || size is not ("tensor" or "channel")))
            throw new InputException("--group-size", null, zeros ? "zero points with smoothquant" : $"{size} with smoothquant", "tensor or channel, symmetric", "leave it out");
        switch (size)
        {
            case "channel":
                return new WeightFormat(integer, 0, zeros);
            case "tensor" when integer == DType.I8 && !zeros:
                return new WeightFormat(integer, PerTensor: true);
            default:
                return ColumnsOf(size) is { } columns
                    ? new WeightFormat(integer, columns, zeros)
                    : throw new InputException("--group-size", null, size, GroupSizes, "leave it out");
        }
    }

    private static int? ColumnsOf(string size) => StrictNumber.TryRead<int>(size, out var columns) && columns is >= 8 and <= 4096 && columns % 2 == 0 ? columns : null;

    private void RefusePacking(ParseResult parsed, PackTarget target)
    {
        if (target != PackTarget.Temoto)
            RefuseBeside(parsed, "--format awq or awq-macro", packing);
    }

    /// <summary>The format of the head or the embedding: integers as RTN makes them, int4 in the layers' groups, int8 one scale per row.</summary>
    private static WeightFormat Single(ParseResult parsed, Option<string?> option, string otherwise, WeightFormat layers)
    {
        var type = parsed.GetValue(option) ?? (layers.IsInteger ? otherwise : null);
        return type switch
        {
            null => layers,
            "int4" => new WeightFormat(DType.I4, layers is { Type: DType.I4, GroupSize: > 0 } ? layers.GroupSize : 64, ZeroPoints: true),
            "int8" => new WeightFormat(DType.I8),
            _ => new WeightFormat(Float(type)),
        };
    }

    private static DType Float(string type) => type switch { "f16" => DType.F16, "bf16" => DType.BF16, _ => DType.F32 };

    private static void RefuseBeside(ParseResult parsed, string with, params Option[] options)
    {
        foreach (var option in options)
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new InputException(option.Name, null, $"it beside {with}", "options that go together", $"leave {option.Name} out");
        }
    }
}
