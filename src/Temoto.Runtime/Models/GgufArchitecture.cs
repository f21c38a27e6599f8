using System.Globalization;
using Temoto.Formats.Config;
using Temoto.Tensors;

namespace Temoto.Models;

/// <summary>A model type in GGUF files: tensor names stand beside those of the Hugging Face checkpoint that was converted.</summary>
/// <param name="Name"><c>general.architecture</c>, and the front of the keys.</param>
/// <param name="LayerPrefix">What stands before a layer's number in the Hugging Face checkpoint, where GGUF has "blk.".</param>
/// <param name="Whole">Tensors outside the layers.</param>
/// <param name="OfLayer">Names within a layer, without ".weight" and ".bias".</param>
/// <param name="InterleavesRope">The rows of q and k lie so that rotated pairs are neighbours.</param>
/// <param name="Read">The configuration, from the architecture's metadata and the file's tensors by GGUF name.</param>
/// <param name="Write">Metadata as <paramref name="Read"/> reads it; a value is a uint, a float, a bool or a string.</param>
/// <param name="Unsayable">What the metadata has no word for, though config.json has; null where they can say everything.</param>
internal sealed record GgufArchitecture(
    string Name,
    string LayerPrefix,
    IReadOnlyList<(string Gguf, string HuggingFace)> Whole,
    IReadOnlyList<(string Gguf, string HuggingFace)> OfLayer,
    bool InterleavesRope,
    Func<IConfigFields, IReadOnlyDictionary<string, Tensor>, ModelConfig> Read,
    Func<ModelConfig, IEnumerable<(string Key, object Value)>> Write,
    Func<ModelConfig, string?> Unsayable)
{
    /// <summary>Divisors of the rotary frequencies (Llama 3); becomes part of the configuration, not a weight.</summary>
    public const string RopeFrequencies = "rope_freqs.weight";

    /// <summary>longrope's, of contexts longer than the original.</summary>
    public const string LongFactors = "rope_factors_long.weight";

    /// <summary>longrope's, of the others.</summary>
    public const string ShortFactors = "rope_factors_short.weight";

    private const string GgufLayerPrefix = "blk.";

    private static readonly string[] Ends = [".weight", ".bias"];

    /// <summary>Whether a file of this name is of this type, where types share the name; null for the one that takes what no other does.</summary>
    public Func<IConfigFields, bool>? Takes { get; init; }

    /// <summary>A tensor of a file, by our name, in the form that operations read; null where all lie as they are read.</summary>
    public Func<Tensor, Tensor>? FromFile { get; init; }

    /// <summary>The other way.</summary>
    public Func<Tensor, ModelConfig, Tensor>? ToFile { get; init; }

    /// <summary>Tensors of a layer that hold several of the Hugging Face checkpoint, one after the other.</summary>
    public IReadOnlyList<GgufJoin> Joins { get; init; } = [];

    /// <summary>The names within a layer, where they depend on the configuration; null where they do not.</summary>
    public Func<ModelConfig, IReadOnlyList<(string Gguf, string HuggingFace)>>? OfLayerBy { get; init; }

    /// <summary>With the names of this configuration.</summary>
    public GgufArchitecture For(ModelConfig config) => OfLayerBy is null ? this : this with { OfLayer = OfLayerBy(config) };

    /// <summary>What goes into the configuration and is no weight.</summary>
    public static bool IsConfiguration(string name) => name is RopeFrequencies or LongFactors or ShortFactors;

    /// <summary>The full names of what a joined tensor holds; null where it is none.</summary>
    public IReadOnlyList<string>? PartsOf(string name, ModelConfig config)
    {
        var dot = name.IndexOf('.', Math.Min(name.Length, GgufLayerPrefix.Length));
        if (!name.StartsWith(GgufLayerPrefix, StringComparison.Ordinal) || dot < 0 || !IsLayer(name.AsSpan(GgufLayerPrefix.Length, dot - GgufLayerPrefix.Length)))
            return null;
        foreach (var join in Joins)
        {
            if (Array.Find(Ends, end => name.AsSpan(dot + 1).SequenceEqual(join.Gguf + end)) is { } end)
                return [.. join.Parts(config).Select(part => $"{LayerPrefix}{name[GgufLayerPrefix.Length..dot]}.{part}{end}")];
        }
        return null;
    }

    /// <summary>The number as the writers print it: no sign, no leading zero, so that two names never become one.</summary>
    private static bool IsLayer(ReadOnlySpan<char> text) => text.Length is > 0 and < 6 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (text.Length == 1 || text[0] != '0');

    /// <summary>The joined tensors that a layer may be written with, each with the full names of its parts.</summary>
    public IEnumerable<(string Name, bool IsStacked, IReadOnlyList<string> Parts)> JoinsOf(int layer, ModelConfig config) =>
        from whole in Joins
        where !whole.IsOnlyRead
        from end in Ends
        select ($"{GgufLayerPrefix}{layer}.{whole.Gguf}{end}", whole.IsStacked, (IReadOnlyList<string>)[.. whole.Parts(config).Select(part => $"{LayerPrefix}{layer}.{part}{end}")]);

    /// <summary>The rows of the embedding, which no key need name.</summary>
    public static int VocabSize(string path, IReadOnlyDictionary<string, Tensor> tensors, int hiddenSize)
    {
        const string name = "token_embd.weight";
        return tensors.TryGetValue(name, out var embedding) && embedding.Shape.Length == 2 && embedding.Shape[0] <= ModelLimits.VocabSize
            ? (int)embedding.Shape[0]
            : throw new InputException(path, name, embedding is null ? "no such tensor" : $"{embedding.DType} [{string.Join(", ", embedding.Shape)}]", $"a matrix [vocabulary, {hiddenSize}]", "download or convert the model again");
    }

    /// <summary>Null where this architecture has no such tensor.</summary>
    public string? ToHuggingFace(string name) => Translate(name, GgufLayerPrefix, LayerPrefix, static pair => pair);

    /// <summary>Null where GGUF has no such tensor.</summary>
    public string? FromHuggingFace(string name) => Translate(name, LayerPrefix, GgufLayerPrefix, static pair => (pair.HuggingFace, pair.Gguf));

    private string? Translate(string name, string fromPrefix, string toPrefix, Func<(string Gguf, string HuggingFace), (string From, string To)> direction)
    {
        if (Find(Whole, name, direction) is { } whole)
            return whole;
        if (!name.StartsWith(fromPrefix, StringComparison.Ordinal))
            return null;
        var rest = name.AsSpan(fromPrefix.Length);
        var dot = rest.IndexOf('.');
        if (dot <= 0 || !IsLayer(rest[..dot]))
            return null;
        var layer = rest[..dot];
        rest = rest[(dot + 1)..];
        var lastDot = rest.LastIndexOf('.');
        if (lastDot < 0 || rest[lastDot..] is not (".weight" or ".bias"))
            return null;
        return Find(OfLayer, rest[..lastDot], direction) is { } ofLayer ? $"{toPrefix}{layer}.{ofLayer}{rest[lastDot..]}" : null;
    }

    private static string? Find(IReadOnlyList<(string Gguf, string HuggingFace)> names, ReadOnlySpan<char> name, Func<(string Gguf, string HuggingFace), (string From, string To)> direction)
    {
        foreach (var pair in names)
        {
            var (from, to) = direction(pair);
            if (name.SequenceEqual(from))
                return to;
        }
        return null;
    }
}

/// <summary>A tensor of a GGUF layer that holds the rows of several.</summary>
/// <param name="Gguf">Its name within the layer, without ".weight" and ".bias".</param>
/// <param name="Parts">Theirs, in order.</param>
/// <param name="IsStacked">[parts, rows, columns]: experts. Otherwise [rows of all, columns].</param>
internal sealed record GgufJoin(string Gguf, Func<ModelConfig, IEnumerable<string>> Parts, bool IsStacked)
{
    /// <summary>Files have it in place of the parts; we write the parts.</summary>
    public bool IsOnlyRead { get; init; }
}
