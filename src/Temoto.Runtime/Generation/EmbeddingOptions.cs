namespace Temoto;

/// <summary>How an <see cref="EmbeddingModel"/> makes one vector of a text's; what is null is as the model's files say.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>Null: the model's own; where its files do not say, the mean, and of a model that writes text that of the last token.</summary>
    public EmbeddingPooling? Pooling { get; init; }

    /// <summary>Divide vectors by their length, so that a product of two is the cosine between them. Null: as the model's files say, else no.</summary>
    public bool? Normalize { get; init; }
}
