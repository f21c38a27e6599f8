namespace Temoto.Formats.Config;

internal static partial class ModelTensors
{
    /// <summary>Shapes as files have them; <see cref="VitConfig.Flatten"/> says how the operations see them.</summary>
    private static List<(string Name, long[] Shape)> Vit(ModelConfig config)
    {
        var tensors = new List<(string Name, long[] Shape)>();
        var vision = config.Vision!;
        long hidden = config.HiddenSize, intermediate = config.IntermediateSize;

        void Add(string name, params long[] shape) => tensors.Add((name, shape));

        void AddBoth(string name, bool bias, params long[] shape)
        {
            Add($"{name}.weight", shape);
            if (bias)
                Add($"{name}.bias", shape[0]);
        }

        var root = config.ModelType;
        Add($"{root}.embeddings.cls_token", 1, 1, hidden);
        if (vision.DistillationToken)
            Add($"{root}.embeddings.distillation_token", 1, 1, hidden);
        Add($"{root}.embeddings.position_embeddings", 1, vision.Tokens, hidden);
        AddBoth($"{root}.embeddings.patch_embeddings.projection", true, hidden, VisionConfig.Channels, vision.PatchSize, vision.PatchSize);
        for (var i = 0; i < config.NumHiddenLayers; i++)
        {
            var layer = $"{root}.encoder.layer.{i}";
            foreach (var projection in new[] { "query", "key", "value" })
                AddBoth($"{layer}.attention.attention.{projection}", config.AttentionBias, hidden, hidden);
            AddBoth($"{layer}.attention.output.dense", true, hidden, hidden);
            AddBoth($"{layer}.intermediate.dense", true, intermediate, hidden);
            AddBoth($"{layer}.output.dense", true, hidden, intermediate);
            AddBoth($"{layer}.layernorm_before", true, hidden);
            AddBoth($"{layer}.layernorm_after", true, hidden);
        }
        AddBoth($"{root}.layernorm", true, hidden);
        foreach (var classifier in vision.DistillationClassifier ? new[] { "cls_classifier", "distillation_classifier" } : ["classifier"])
            AddBoth(classifier, true, vision.Labels.Count, hidden);
        return tensors;
    }
}
