using Temoto.Formats.Config;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Decoders;

/// <summary>GLM-4-0414: as GLM, with norms behind attention and feed-forward too.</summary>
internal sealed class Glm4 : Glm
{
    public override string Name => "glm4";

    public override string ClassName(ModelConfig config) => "Glm4ForCausalLM";

    protected override string GgufName => "glm4";

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames => [.. base.GgufNames, ("post_attention_norm", "post_self_attn_layernorm"), ("post_ffw_norm", "post_mlp_layernorm")];

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        var attended = SelfAttention(g, config, layer, Norm(g, hidden, "input_layernorm"));
        hidden = g.Add(hidden, Norm(g, attended, "post_self_attn_layernorm"));
        var fed = FeedForward(g, config, layer, Norm(g, hidden, "post_attention_layernorm"));
        return g.Add(hidden, Norm(g, fed, "post_mlp_layernorm"));
    }
}
