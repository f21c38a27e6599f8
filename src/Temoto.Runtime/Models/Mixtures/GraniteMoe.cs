using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models.Decoders;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Mixtures;

/// <summary>Granite 3 1B-A400M and 3B-A800M: as Granite, with experts; in files their matrices are three-dimensional, gate and up one.</summary>
internal sealed class GraniteMoe() : Mixture("block_sparse_moe.router.layer", "block_sparse_moe.experts", "w1", "w3", "w2")
{
    private const string Inputs = "block_sparse_moe.input_linear.weight";
    private const string Outputs = "block_sparse_moe.output_linear.weight";

    public override string Name => "granitemoe";

    public override string ClassName(ModelConfig config) => "GraniteMoeForCausalLM";

    public override bool KeepsTensors => false;

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var config = GraniteKeys.Read(root, ReadShape(root, keyValueHeadsRequired: false)) with { AttentionBias = root.Bool("attention_bias") ?? false };
        return config with { Experts = ReadExperts(root, config, "num_local_experts", config.IntermediateSize, normalizes: true) };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        GraniteKeys.Write(json, config);
        WriteExperts(json, config, "num_local_experts");
    }

    protected override bool HasGguf => true;

    protected override bool GgufInterleavesRope => true;

    protected override bool GgufNormalizes => true;

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) => GraniteKeys.ReadGguf(metadata, base.ReadGguf(metadata, tensors));

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) => [.. base.WriteGguf(config), .. GraniteKeys.WriteGguf(config)];

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        hidden = g.Add(hidden, SelfAttention(g, config, layer, Norm(g, hidden, "input_layernorm")), config.ResidualMultiplier);
        return g.Add(hidden, FeedForward(g, config, layer, Norm(g, hidden, "post_attention_layernorm")), config.ResidualMultiplier);
    }

    protected override Value Head(GraphBuilder g, ModelConfig config, Value input) =>
        g.Linear(input, config.TieWordEmbeddings ? EmbeddingName : HeadName, config.VocabSize, scale: 1 / config.LogitsScaling);

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config)
    {
        var (experts, width, hidden) = (config.Experts!.NumExperts, config.Experts.IntermediateSize, config.HiddenSize);
        var others = Build(config).Weights.Where(use => !use.Name.Contains(".block_sparse_moe.experts.", StringComparison.Ordinal));
        var joined = Enumerable.Range(0, config.NumHiddenLayers).SelectMany(IEnumerable<WeightUse> (layer) =>
        [
            new($"{LayerPrefix}{layer}.{Inputs}", [experts, 2 * width, hidden]),
            new($"{LayerPrefix}{layer}.{Outputs}", [experts, hidden, width]),
        ]);
        return [.. others, .. joined];
    }

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config)
    {
        var (experts, width) = (config.Experts!.NumExperts, config.Experts.IntermediateSize);
        var result = new Dictionary<string, Tensor>(tensors.Count);
        foreach (var (name, tensor) in FromFile(tensors))
        {
            var end = name.EndsWith(Inputs, StringComparison.Ordinal) ? Inputs : name.EndsWith(Outputs, StringComparison.Ordinal) ? Outputs : null;
            long rows = end == Inputs ? 2 * width : config.HiddenSize;
            // What does not fit stays as it is, and is missed by name where its parts are looked for.
            if (end is null || tensor.Shape is not [var count, var height, _] || count != experts || height != rows)
            {
                result[name] = tensor;
                continue;
            }
            for (var expert = 0; expert < experts; expert++)
            {
                var front = $"{name[..^end.Length]}block_sparse_moe.experts.{expert}.";
                if (end == Inputs)
                {
                    result[front + "w1.weight"] = TensorEdits.View(tensor, front + "w1.weight", expert * rows, width);
                    result[front + "w3.weight"] = TensorEdits.View(tensor, front + "w3.weight", expert * rows + width, width);
                }
                else
                {
                    result[front + "w2.weight"] = TensorEdits.View(tensor, front + "w2.weight", expert * rows, rows);
                }
            }
        }
        return result;
    }
}
