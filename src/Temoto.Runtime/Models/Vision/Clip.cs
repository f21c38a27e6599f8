using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Vision;

/// <summary>
/// The vision tower of CLIP (Radford et al., arXiv 2103.00020), alone or out of a whole CLIP: a norm before the layers, and the vector of the class token behind a norm, projected where the
/// checkpoint has a projection.
/// </summary>
internal sealed class Clip() : VisionTower("vision_model.")
{
    private const string Whole = "clip";
    private const string WithProjection = "CLIPVisionModelWithProjection";
    private const string Projection = "visual_projection";

    public override string Name => "clip_vision_model";

    public override IReadOnlyList<string> AlsoReads => [Whole];

    public override string ClassName(ModelConfig config) => config.Vision!.ProjectionDim is null ? "CLIPVisionModel" : WithProjection;

    public override IReadOnlyList<ScaleGroup> ScaleGroups => ClipLayers.ScaleGroups;

    protected override TowerDefaults Defaults { get; } = new(768, 3072, 12, 12, 224, 32, ActivationNames.QuickGelu, 1e-5, "use a checkpoint like openai/clip-vit-base-patch32");

    protected override string Patches => "embeddings.patch_embedding";

    protected override IReadOnlyList<string> Beside => [Projection + ".weight"];

    /// <summary>A whole CLIP says under a key of its own what its vision tower is, and beside it how wide the projection.</summary>
    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (modelType != Whole)
            return base.Read(root, modelType);
        var tower = root.Object("vision_config") ?? throw root.Wrong("vision_config", "an object that says what the vision tower is");
        var config = base.Read(tower, Name);
        return config with { Vision = config.Vision! with { ProjectionDim = ReadProjection(root) } };
    }

    protected override VisionConfig With(VisionConfig vision, JsonFields root) =>
        root.Strings("architectures", most: 16).Contains(WithProjection) ? vision with { ProjectionDim = ReadProjection(root) } : vision;

    private static int ReadProjection(JsonFields root) => root.Int("projection_dim", 1, ModelLimits.Width) ?? 512;

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        base.Write(json, config);
        if (config.Vision!.ProjectionDim is { } width)
            json.WriteNumber("projection_dim", width);
    }

    public override string UsualPreprocessor(ModelConfig config) => $$"""
        {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": {{Math.Min(config.Vision!.ImageHeight, config.Vision.ImageWidth)}} }, "crop_size": {"height": {{config.Vision.ImageHeight}}, "width": {{config.Vision.ImageWidth}} } }
        """;

    protected override Value Tokens(GraphBuilder g, ModelConfig config)
    {
        var hidden = g.LearnedTokens(g.Linear(g.Patches(), Patches, config.HiddenSize), "embeddings.class_embedding");
        hidden = g.AddPositions(hidden, "embeddings.position_embedding.weight", 0);
        // Its name is spelled so.
        return ClipLayers.Run(g, g.LayerNorm(hidden, "pre_layrnorm"), config);
    }

    protected override Value Vector(GraphBuilder g, Value tokens, ModelConfig config)
    {
        var pooled = g.LayerNorm(g.SelectRow(tokens, 0), "post_layernorm");
        return config.Vision!.ProjectionDim is { } width ? g.Linear(pooled, Projection, width) : pooled;
    }
}
