using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Vision;

/// <summary>
/// What models that make a vector of a picture share: patches are tokens, which see each other in pre-norm layers, and one vector is made of those of all tokens.
/// </summary>
/// <param name="prefix">In front of the names of checkpoints that were saved with something else.</param>
internal abstract class VisionTower(string prefix) : ModelType
{
    public override bool LearnsPositions => true;

    public override bool SeesPictures => true;

    public override bool MakesVectors => true;

    public override bool Embeds => true;

    public override bool KeepsTensors => false;

    /// <summary>What transformers takes for keys that a config.json leaves out.</summary>
    protected abstract TowerDefaults Defaults { get; }

    /// <summary>The name of the matrix that makes tokens of patches.</summary>
    protected abstract string Patches { get; }

    /// <summary>The vectors of all tokens, [tokens, hidden]: transformers' last_hidden_state.</summary>
    protected abstract Value Tokens(GraphBuilder g, ModelConfig config);

    /// <summary>The picture's vector, [1, Dimensions], of those of its tokens.</summary>
    protected abstract Value Vector(GraphBuilder g, Value tokens, ModelConfig config);

    public override Graph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        return g.Build(Vector(g, Tokens(g, config), config));
    }

    public override Graph BuildEmbedder(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        return g.Build(g.SelectRows(Tokens(g, config)));
    }

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        PictureKeys.RequireChannels(root, Defaults.Next);
        var (hidden, heads) = (root.Int("hidden_size", 1, ModelLimits.Width) ?? Defaults.HiddenSize, root.Int("num_attention_heads", 1, ModelLimits.Width) ?? Defaults.Heads);
        if (hidden % heads != 0 || hidden / heads > ModelLimits.HeadDim)
            throw root.Wrong("num_attention_heads", $"a divisor of the hidden_size {hidden}, heads of at most {ModelLimits.HeadDim}");
        var vision = ReadVision(root);
        return new ModelConfig
        {
            ModelType = Name,
            HiddenSize = hidden,
            IntermediateSize = ReadIntermediate(root, hidden),
            NumHiddenLayers = root.Int("num_hidden_layers", 1, ModelLimits.Layers) ?? Defaults.Layers,
            NumAttentionHeads = heads,
            NumKeyValueHeads = heads,
            HeadDim = hidden / heads,
            VocabSize = 0,
            MaxPositionEmbeddings = vision.Tokens,
            LayerNormEps = (float)(root.Number("layer_norm_eps", 0, 1) ?? Defaults.LayerNormEps),
            AttentionBias = true,
            MlpBias = true,
            HiddenAct = ReadAct(root),
            Vision = vision,
        };
    }

    /// <summary>The width of the feed-forward.</summary>
    protected virtual int ReadIntermediate(JsonFields root, int hidden) => root.Int("intermediate_size", 1, ModelLimits.IntermediateSize) ?? Defaults.IntermediateSize;

    protected virtual void WriteIntermediate(Utf8JsonWriter json, ModelConfig config) => json.WriteNumber("intermediate_size", config.IntermediateSize);

    /// <summary>What the type has beside patches and size.</summary>
    protected virtual VisionConfig With(VisionConfig vision, JsonFields root) => vision;

    private VisionConfig ReadVision(JsonFields root)
    {
        var (size, patch) = (PictureKeys.ReadImageSize(root), root.Int("patch_size", 1, ModelLimits.PatchSide) ?? Defaults.PatchSize);
        if (size.Count == 0)
            size = [Defaults.ImageSize];
        if (size.Any(side => side < patch))
            throw PictureKeys.WrongImageSize(root, $"at least the patch_size {patch}");
        return With(new VisionConfig { ImageHeight = size[0], ImageWidth = size[^1], PatchSize = patch, Labels = [] }, root);
    }

    private string ReadAct(JsonFields root)
    {
        string[] known = [ActivationNames.Gelu, ActivationNames.QuickGelu, .. ActivationNames.GeluTanhNames];
        var act = root.String("hidden_act") ?? Defaults.HiddenAct;
        return known.Contains(act) ? act : throw root.Wrong("hidden_act", ModelTypes.Listed(known), Defaults.Next);
    }

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("hidden_size", config.HiddenSize);
        WriteIntermediate(json, config);
        json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
        json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
        json.WriteNumber("layer_norm_eps", config.LayerNormEps);
        json.WriteString("hidden_act", config.HiddenAct);
        PictureKeys.Write(json, config.Vision!);
    }

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors) => PictureTensors.Flat(Own(tensors));

    /// <summary>Without the prefix; where any has it, what lacks it belongs to something else, but for those named in <see cref="Beside"/>.</summary>
    private IReadOnlyDictionary<string, Tensor> Own(IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (!tensors.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            return tensors;
        var own = new Dictionary<string, Tensor>();
        foreach (var (name, tensor) in tensors)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                own[name[prefix.Length..]] = tensor.Renamed(name[prefix.Length..]);
            else if (Beside.Contains(name))
                own[name] = tensor;
        }
        return own;
    }

    /// <summary>Names of the tower's own that never have the prefix.</summary>
    protected virtual IReadOnlyList<string> Beside => [];

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) =>
        [.. Build(config).Weights.Select(use => use.Name == Patches + ".weight" ? use with { Shape = PictureTensors.Convolution(use, config.Vision!) } : use)];
}

/// <summary>What transformers takes for keys that a config.json leaves out.</summary>
/// <param name="Next">What error lines advise.</param>
internal sealed record TowerDefaults(int HiddenSize, int IntermediateSize, int Layers, int Heads, int ImageSize, int PatchSize, string HiddenAct, double LayerNormEps, string Next);
