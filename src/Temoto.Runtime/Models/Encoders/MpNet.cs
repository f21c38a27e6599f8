using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Encoders;

/// <summary>
/// MPNet (Song et al., arXiv 2004.09297), the encoder of all-mpnet-base-v2: BERT's layers, without token types, and scores that get a number by head and by how far two tokens are from each other, in
/// buckets as T5 has them (Raffel et al., arXiv 1910.10683): half of them for each direction, of these half for the nearest distances and the others wider and wider up to 128.
/// </summary>
internal sealed class MpNet() : Bert("mpnet", "MPNetModel", "mpnet.", offset: true)
{
    private const string Positions = "embeddings.position_embeddings.weight";
    private const string Buckets = "encoder.relative_attention_bias.weight";

    /// <summary>The same by distance: for each head 2 * MaxPositionEmbeddings - 1 numbers.</summary>
    private const string ByDistance = "encoder.relative_attention_bias.by_distance";

    private const int FarthestDistance = 128;

    /// <summary>The padding token is 1, whatever the configuration says.</summary>
    protected override int RowsInFront(JsonFields root) => 2;

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config)
    {
        var named = FromFile(tensors);
        if (!named.TryGetValue(Buckets, out var buckets) || !TensorEdits.IsFloats(buckets) || buckets.Shape is not [var count, var heads] || heads != config.NumAttentionHeads || count < 4 || count % 4 != 0)
            return named;
        var reach = config.MaxPositionEmbeddings;
        var rows = Enumerable.Range(1 - reach, (2 * reach) - 1).Select(distance => BucketOf(distance, (int)count)).ToArray();
        return new Dictionary<string, Tensor>(named) { [ByDistance] = TensorEdits.GatherColumns(buckets, ByDistance, rows) };
    }

    /// <summary>The bucket of a position so far behind the token, or before it where the distance is negative. In float32, as its makers compute it: on the edges that decides.</summary>
    public static int BucketOf(int distance, int buckets)
    {
        var half = buckets / 2;
        var exact = half / 2;
        var far = Math.Abs(distance);
        var within = far < exact ? far : Math.Min(half - 1, exact + (int)(MathF.Log((float)far / exact) / (float)Math.Log((double)FarthestDistance / exact) * (half - exact)));
        return distance > 0 ? half + within : within;
    }

    private static readonly BertLayers Layers = new(
        "encoder.layer.", "attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o", "attention.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm");

    public override Graph Build(ModelConfig config) => Layers.Build(config, Positions, ByDistance);

    public override IReadOnlyList<ScaleGroup> ScaleGroups => Layers.ScaleGroups;
}
