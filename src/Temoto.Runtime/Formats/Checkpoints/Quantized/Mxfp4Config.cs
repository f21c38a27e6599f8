using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>
/// <c>quant_method</c> mxfp4: experts that lie together as *_blocks and *_scales. Which rows are whose the model type knows, and it has taken them apart when this is asked (<see cref="Models.ModelType.FromFile(IReadOnlyDictionary{string, Tensor}, Config.ModelConfig)"/>);
/// all else is plain.
/// </summary>
internal sealed record Mxfp4Config : QuantizationConfig
{
    private const string Blocks = "_blocks", Scales = "_scales";

    public override string FormatName => "mxfp4";

    public override string Description => """{"method":"mxfp4","weights":"MXFP4"}""";

    public override IReadOnlyDictionary<string, Tensor> Unpack(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, UnreadTensor> unread, List<IDisposable> owned)
    {
        var modules = new LinearModules(path, tensors, unread, Blocks, Scales);
        foreach (var module in modules.With(Blocks))
            throw modules.Wrong(modules.TakeAny(module, Blocks)!, "bytes [experts, outputs, inputs / 32, 16] of this model's shape, beside scales [experts, outputs, inputs / 32]");
        return tensors;
    }
}
