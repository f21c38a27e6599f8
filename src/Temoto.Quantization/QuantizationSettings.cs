namespace Temoto.Quantization;

internal enum QuantizationMethod
{
    /// <summary>Round to nearest: no calibration.</summary>
    Rtn,

    /// <summary>Activation-aware weight quantization (Lin et al., arXiv 2306.00978).</summary>
    Awq,

    /// <summary>Integer weights and activations (Xiao et al., arXiv 2211.10438).</summary>
    SmoothQuant,
}

/// <summary>Where AWQ's scales come from: x is the mean magnitude of an input channel, w that of its weights relative to their group.</summary>
internal enum AwqScaling
{
    /// <summary>x^r: the paper and llm-awq.</summary>
    Plain,

    /// <summary>x^r / w^(1 - r): AutoAWQ's default.</summary>
    Duo,

    /// <summary>Both, and the better of each pair.</summary>
    Both,
}

/// <summary>Everything that decides what the quantized tensors are; two runs with equal settings, checkpoint and calibration give equal bytes.</summary>
internal sealed record QuantizationSettings
{
    public required QuantizationMethod Method { get; init; }

    /// <summary>Of the linear layers inside the transformer layers.</summary>
    public required WeightFormat Weights { get; init; }

    /// <summary>Of lm_head. With tied embeddings, equal formats stay one tensor; different ones become two.</summary>
    public required WeightFormat LmHead { get; init; }

    /// <summary>Of the embedding table.</summary>
    public required WeightFormat Embedding { get; init; }

    /// <summary>SmoothQuant: true fixes the activations' scales by calibration, false takes each token's own.</summary>
    public bool StaticActivations { get; init; } = true;

    /// <summary>AWQ: how the scales come from activations and weights.</summary>
    public AwqScaling AwqScaling { get; init; } = AwqScaling.Duo;

    /// <summary>AWQ: whether the range of each group is searched as well.</summary>
    public bool AwqClip { get; init; } = true;

    /// <summary>AWQ: tokens the clip search looks at, taken at even distances.</summary>
    public int AwqClipTokens { get; init; } = 512;
}
