using Temoto.Formats.Checkpoints.Awq;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary><c>quantization_config</c> of a config.json: how the weights beside it stand for matrices.</summary>
internal abstract record QuantizationConfig
{
    public const string Key = "quantization_config";

    /// <summary>For <see cref="Checkpoint.Format"/>.</summary>
    public abstract string FormatName { get; }

    /// <summary>For <see cref="Checkpoint.Quantization"/>.</summary>
    public abstract string Description { get; }

    /// <summary>Matrices in place of what stands for them, under their names; other tensors stay as they are.</summary>
    /// <param name="path">For error lines.</param>
    /// <param name="unread">A part that cannot be read is a matrix that cannot.</param>
    /// <param name="owned">Gets the memory of the new tensors.</param>
    public abstract IReadOnlyDictionary<string, Tensor> Unpack(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, UnreadTensor> unread, List<IDisposable> owned);

    /// <summary>Null where config.json has no <c>quantization_config</c>.</summary>
    public static QuantizationConfig? Read(JsonFields config)
    {
        if (config.Object(Key) is not { } fields)
            return null;
        return fields.String("quant_method")?.ToLowerInvariant() switch
        {
            "awq" => AutoAwqSettings.Read(config),
            "gptq" => GptqConfig.Of(fields),
            "compressed-tensors" => CompressedTensorsConfig.Of(fields),
            "fp8" => Float8Config.Of(fields),
            "bitsandbytes" => BitsAndBytesConfig.Of(fields),
            "mxfp4" => new Mxfp4Config(),
            _ => throw fields.Wrong("quant_method", "awq, gptq, compressed-tensors, fp8, bitsandbytes or mxfp4", "use the unquantized checkpoint, or one of these"),
        };
    }
}
