using System.Text.Json.Serialization;

namespace Temoto.Plans;

/// <summary>The kinds of steps a plan consists of. A reader that forgets one does not compile: see <see cref="Step.Kind"/>.</summary>
[JsonConverter(typeof(SnakeCaseEnum<StepKind>))]
public enum StepKind
{
    /// <summary>Row of a table per token id.</summary>
    Embed,

    /// <summary>Patches of the picture, a row each.</summary>
    Patches,

    /// <summary>The first rows become learned tokens (class token, distillation token).</summary>
    LearnedTokens,

    /// <summary>Adds to each token the table row of its position.</summary>
    AddPositions,

    /// <summary>y = x / sqrt(mean(x^2) + epsilon) * weight, over groups of columns.</summary>
    RmsNorm,

    /// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias.</summary>
    LayerNorm,

    /// <summary>y = x W^T + b, then the epilogue.</summary>
    Linear,

    /// <summary>y = f(x Wgate^T + bgate) * (x Wup^T + bup).</summary>
    GatedLinear,

    /// <summary>Activations become integers.</summary>
    Quantize,

    /// <summary>Activations are rounded to a grid and stay floats.</summary>
    RoundToGrid,

    /// <summary>Rotary positions on each head.</summary>
    Rope,

    /// <summary>Projections to queries, keys and values, head by head; keys and values go into the cache.</summary>
    HeadProjections,

    /// <summary>TPHS: query projection, scores, softmax and weighted values of a head without leaving the chip.</summary>
    TphsAttention,

    /// <summary>GEMM mode: queries times keys, stored.</summary>
    Scores,

    /// <summary>GEMM mode: softmax over the positions a token sees.</summary>
    Softmax,

    /// <summary>GEMM mode: probabilities times values.</summary>
    WeightedValues,

    /// <summary>Decode: attention of a token over pieces of the cache.</summary>
    SplitAttention,

    /// <summary>Decode: the pieces together.</summary>
    MergePieces,

    /// <summary>Keys and values that lie in memory go into the cache.</summary>
    StoreKv,

    /// <summary>Attention as a model writes it down, queries, keys and values in memory: what calibration runs, and prompts whose heads are not projected one by one.</summary>
    Attention,

    /// <summary>f(x), element by element.</summary>
    Activate,

    /// <summary>f(x) * second.</summary>
    ActivateMultiply,

    /// <summary>x + second.</summary>
    Add,

    /// <summary>(x + second) / 2.</summary>
    Average,

    /// <summary>Which experts each token is sent to, and what each counts.</summary>
    Route,

    /// <summary>y = f(x Wgate^T + bgate) * (x Wup^T + bup) of each token's experts, one after the other.</summary>
    GatedExperts,

    /// <summary>The sum over a token's experts of what each counts times x Wdown^T + bdown.</summary>
    DownExperts,

    /// <summary>Each row times the sigmoid of a number of its own, the second.</summary>
    ScaleRows,

    /// <summary>y = c * (causal convolution of b * x, each column by itself); b, c and x are the thirds of the input, b * x goes into the cache.</summary>
    ShortConv,

    /// <summary>Keeps the rows whose logits are wanted.</summary>
    SelectRows,
}
