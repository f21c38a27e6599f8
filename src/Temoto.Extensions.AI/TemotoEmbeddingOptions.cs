namespace Temoto.Extensions.AI;

/// <summary>How a <see cref="TemotoEmbeddingGenerator"/> reads texts.</summary>
public sealed record TemotoEmbeddingOptions
{
    /// <summary>The model's name in answers, and in <c>EmbeddingGenerationOptions.ModelId</c>; null takes the name of its file or folder, without the ending.</summary>
    public string? ModelId { get; init; }

    /// <summary>What texts are where a call does not say (additional property <c>kind</c>: text, query or passage); models that tell questions from documents put other words in front of each.</summary>
    public EmbeddingKind Kind { get; init; }

    /// <summary>Whether the end of a text that is too long is left out; else it is refused.</summary>
    public bool CutsLongTexts { get; init; }
}
