using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models;

/// <summary>
/// All that is particular to one model type: what it is called, how its configuration is read and written, how its tensors lie in files, what it computes, how its
/// weights may be scaled. Readers and writers of files ask here and know no model type themselves. One file of this folder each, listed in <see cref="ModelTypes"/>.
/// </summary>
internal abstract class ModelType
{
    /// <summary>In front of the names of a language model's tensors; the head's have it not.</summary>
    public const string NamePrefix = "model.";

    /// <summary><c>model_type</c> of config.json, as we write it.</summary>
    public abstract string Name { get; }

    /// <summary>Other values of <c>model_type</c> whose computation is the same; they are read as this type.</summary>
    public virtual IReadOnlyList<string> AlsoReads => [];

    /// <summary>What transformers calls the class, in config.json's <c>architectures</c>.</summary>
    public abstract string ClassName(ModelConfig config);

    /// <param name="root">The keys of a config.json.</param>
    /// <param name="modelType">Its <c>model_type</c>: <see cref="Name"/>, or one of <see cref="AlsoReads"/>.</param>
    public abstract ModelConfig Read(JsonFields root, string modelType);

    /// <summary>The shape, as <see cref="Read"/> reads it.</summary>
    public abstract void Write(Utf8JsonWriter json, ModelConfig config);

    /// <summary>What config.json has no word for in this type, though another format of file may hold it; null where it can say everything.</summary>
    public virtual string? Unsayable(ModelConfig config) => null;

    /// <summary>The operations in the order of the maths.</summary>
    public abstract Graph Build(ModelConfig config);

    /// <summary>The tensors of a Hugging Face checkpoint, in the order of <see cref="Build"/>; their shapes are the file's.</summary>
    public virtual IReadOnlyList<WeightUse> FileTensors(ModelConfig config) => Build(config).Weights;

    /// <summary>The tensors of a Hugging Face checkpoint under the names and in the shapes that the operations have; the bytes stay where they are.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors) => tensors;

    /// <summary>The same where the shape has to be known.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config) => FromFile(tensors);

    /// <summary>False where the operations read other tensors than the file has: then they cannot be written as a checkpoint of this type again.</summary>
    public virtual bool KeepsTensors => true;

    /// <summary>With <see cref="NamePrefix"/> in front, where none has it: the model was saved without its head, as embedding models are.</summary>
    /// <param name="fronts">How the names begin that get it.</param>
    protected static IReadOnlyDictionary<string, Tensor> WithPrefix(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyList<string> fronts)
    {
        if (tensors.Keys.Any(name => name.StartsWith(NamePrefix, StringComparison.Ordinal)))
            return tensors;
        var renamed = new Dictionary<string, Tensor>(tensors.Count);
        foreach (var (name, tensor) in tensors)
        {
            var to = fronts.Any(front => name.StartsWith(front, StringComparison.Ordinal)) ? NamePrefix + name : name;
            renamed.Add(to, to == name ? tensor : tensor.Renamed(to));
        }
        return renamed;
    }

    /// <summary>In the order of the layer; every linear layer is in exactly one.</summary>
    public abstract IReadOnlyList<ScaleGroup> ScaleGroups { get; }

    /// <summary>The same of a layer, where layers differ.</summary>
    public virtual IReadOnlyList<ScaleGroup> GroupsOf(ModelConfig config, int layer) => ScaleGroups;

    /// <summary>Which GGUF files are of this type; null where none are.</summary>
    public virtual GgufArchitecture? Gguf => null;

    /// <summary>True where the AWQ_MACRO stream has an order for the tensors.</summary>
    public virtual bool HasMacroStream => false;

    /// <summary>How its tokenizer splits text where the tokenizer's files do not say; null where only they can.</summary>
    public virtual TokenizerFamily? Tokenizer => null;

    /// <summary>True where the vectors of tokens are used: <see cref="BuildEmbedder"/>.</summary>
    public virtual bool Embeds => false;

    /// <summary>The operations up to the vectors of the tokens, [rows, hidden]: what stands before the output head.</summary>
    public virtual Graph BuildEmbedder(ModelConfig config) => throw new NotSupportedException(Name);

    /// <summary>Vectors are all that it makes: every token sees the whole text, and there is no next one.</summary>
    public virtual bool MakesVectors => false;

    /// <summary>A table of learned positions in place of rotary ones.</summary>
    public virtual bool LearnsPositions => false;

    /// <summary>The input is a picture, and <see cref="ModelConfig.Vision"/> is there. With <see cref="MakesVectors"/> the result is a picture's vector, without it its class.</summary>
    public virtual bool SeesPictures => false;

    /// <summary>The text of preprocessor_config.json that such models have, for a checkpoint that lacks the file; null where nothing is usual.</summary>
    public virtual string? UsualPreprocessor(ModelConfig config) => null;
}
