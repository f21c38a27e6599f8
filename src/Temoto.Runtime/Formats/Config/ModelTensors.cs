namespace Temoto.Formats.Config;

/// <summary>The tensors of a checkpoint, by name and shape, in the order in which they are written.</summary>
internal static partial class ModelTensors
{
    public static IReadOnlyList<(string Name, long[] Shape)> Of(ModelConfig config) => config.ModelType switch
    {
        "opt" => Opt(config),
        "vit" or "deit" => Vit(config),
        _ => Llama(config),
    };

    /// <summary>llama and what shares its names: qwen2, qwen3.</summary>
    private static List<(string Name, long[] Shape)> Llama(ModelConfig config)
    {
        var tensors = new List<(string Name, long[] Shape)>();
        long hidden = config.HiddenSize, intermediate = config.IntermediateSize, vocabulary = config.VocabSize, headDim = config.HeadDim;
        var query = config.NumAttentionHeads * headDim;
        var keyValue = config.NumKeyValueHeads * headDim;
        // qwen2's output projection never has a bias.
        var outputBias = config.AttentionBias && config.ModelType != "qwen2";

        void Add(string name, params long[] shape) => tensors.Add((name, shape));

        void AddLinear(string name, long rows, long columns, bool bias)
        {
            Add($"{name}.weight", rows, columns);
            if (bias)
                Add($"{name}.bias", rows);
        }

        Add("model.embed_tokens.weight", vocabulary, hidden);
        for (var i = 0; i < config.NumHiddenLayers; i++)
        {
            var layer = $"model.layers.{i}";
            Add($"{layer}.input_layernorm.weight", hidden);
            AddLinear($"{layer}.self_attn.q_proj", query, hidden, config.AttentionBias);
            AddLinear($"{layer}.self_attn.k_proj", keyValue, hidden, config.AttentionBias);
            AddLinear($"{layer}.self_attn.v_proj", keyValue, hidden, config.AttentionBias);
            AddLinear($"{layer}.self_attn.o_proj", hidden, query, outputBias);
            if (config.ModelType == "qwen3")
            {
                Add($"{layer}.self_attn.q_norm.weight", headDim);
                Add($"{layer}.self_attn.k_norm.weight", headDim);
            }
            Add($"{layer}.post_attention_layernorm.weight", hidden);
            AddLinear($"{layer}.mlp.gate_proj", intermediate, hidden, config.MlpBias);
            AddLinear($"{layer}.mlp.up_proj", intermediate, hidden, config.MlpBias);
            AddLinear($"{layer}.mlp.down_proj", hidden, intermediate, config.MlpBias);
        }
        Add("model.norm.weight", hidden);
        if (!config.TieWordEmbeddings)
            Add("lm_head.weight", vocabulary, hidden);
        return tensors;
    }
}
