using Temoto.Formats.Config;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Encoders;

/// <summary>
/// What encoders share outside of their operations: every token sees all of its text, learned positions, and vectors of the tokens in place of logits. The vector of token type 0, which every
/// token of a single text has, is added to the table of positions when files are read.
/// </summary>
/// <param name="prefix">In front of the names of checkpoints that were saved with a head.</param>
internal abstract class Encoder(string prefix) : ModelType
{
    private const string Positions = "embeddings.position_embeddings.weight";

    /// <summary>The two together, under a name of their own: where one is missing, or fits not, the sum is missed by it.</summary>
    protected const string PositionsAndType = "embeddings.position_and_type_embeddings.weight";

    private const string TokenTypes = "embeddings.token_type_embeddings.weight";

    public override bool LearnsPositions => true;

    public override bool KeepsTensors => false;

    public override bool MakesVectors => true;

    public override bool Embeds => true;

    public override Graph BuildEmbedder(ModelConfig config) => Build(config);

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var named = new Dictionary<string, Tensor>(tensors.Count);
        foreach (var (name, tensor) in tensors)
        {
            var to = NameOf(name);
            named[to] = to == name ? tensor : tensor.Renamed(to);
        }
        if (named.TryGetValue(Positions, out var positions) && named.TryGetValue(TokenTypes, out var types) && TensorEdits.CanAddRow(positions, types))
            named[PositionsAndType] = TensorEdits.AddRow(positions, types).Renamed(PositionsAndType);
        return named;
    }

    /// <summary>Without the prefix, and with PyTorch's names where the file was made from TensorFlow's.</summary>
    private string NameOf(string name)
    {
        var bare = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        return bare.EndsWith("LayerNorm.gamma", StringComparison.Ordinal) ? bare[..^"gamma".Length] + "weight"
            : bare.EndsWith("LayerNorm.beta", StringComparison.Ordinal) ? bare[..^"beta".Length] + "bias"
            : bare;
    }
}
