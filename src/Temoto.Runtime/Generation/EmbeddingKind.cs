namespace Temoto;

/// <summary>What a text is to a search; some models put other words in front of each kind.</summary>
public enum EmbeddingKind
{
    /// <summary>Neither: as it is.</summary>
    Text,

    /// <summary>What is looked for.</summary>
    Query,

    /// <summary>Among what is looked.</summary>
    Passage,
}
