namespace Temoto.Formats.Config;

internal static partial class ModelTensors
{
    private static List<(string Name, long[] Shape)> Opt(ModelConfig config)
    {
        var tensors = new List<(string Name, long[] Shape)>();
        long hidden = config.HiddenSize, intermediate = config.IntermediateSize, embedding = config.WordEmbedProjDim ?? config.HiddenSize;

        void Add(string name, params long[] shape) => tensors.Add(($"model.decoder.{name}", shape));

        void AddNorm(string name)
        {
            Add($"{name}.weight", hidden);
            Add($"{name}.bias", hidden);
        }

        void AddLinear(string name, long rows, long columns, bool bias)
        {
            Add($"{name}.weight", rows, columns);
            if (bias)
                Add($"{name}.bias", rows);
        }

        Add("embed_tokens.weight", config.VocabSize, embedding);
        // Two rows in front that no text uses.
        Add("embed_positions.weight", config.MaxPositionEmbeddings + 2L, hidden);
        if (config.WordEmbedProjDim is not null)
            Add("project_in.weight", hidden, embedding);
        for (var i = 0; i < config.NumHiddenLayers; i++)
        {
            var layer = $"layers.{i}";
            AddNorm($"{layer}.self_attn_layer_norm");
            foreach (var projection in new[] { "q_proj", "k_proj", "v_proj", "out_proj" })
                AddLinear($"{layer}.self_attn.{projection}", hidden, hidden, config.AttentionBias);
            AddNorm($"{layer}.final_layer_norm");
            AddLinear($"{layer}.fc1", intermediate, hidden, config.MlpBias);
            AddLinear($"{layer}.fc2", hidden, intermediate, config.MlpBias);
        }
        if (config.DoLayerNormBefore && !config.RemoveFinalLayerNorm)
            AddNorm("final_layer_norm");
        if (config.WordEmbedProjDim is not null)
            Add("project_out.weight", embedding, hidden);
        if (!config.TieWordEmbeddings)
            tensors.Add(("lm_head.weight", [config.VocabSize, embedding]));
        return tensors;
    }
}
