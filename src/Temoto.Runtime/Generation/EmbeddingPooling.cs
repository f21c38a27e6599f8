namespace Temoto;

/// <summary>How the vectors of a text's tokens become one.</summary>
public enum EmbeddingPooling
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>That of the first token.</summary>
    Cls,

    /// <summary>That of the last token.</summary>
    LastToken,

    /// <summary>The largest of each element.</summary>
    Max,

    /// <summary>Their sum, divided by the square root of how many there are.</summary>
    MeanSqrtLength,
}
