namespace Temoto.Formats.Hub;

/// <summary>What became of a pull.</summary>
internal enum StoredKind
{
    /// <summary>Every file is there in its size.</summary>
    Complete,

    /// <summary>The pull was interrupted; pulling again goes on where it stopped.</summary>
    Unfinished,

    /// <summary>Something was changed or removed since.</summary>
    Damaged,
}

/// <summary>How a model of the store was found.</summary>
/// <param name="Manifest">Null where there is none that can be read.</param>
/// <param name="Problem">What is wrong, for an error line; null for a complete model.</param>
/// <param name="Command">What mends it.</param>
internal sealed record StoredState(StoredKind Kind, StoreManifest? Manifest, string? Problem, string? Command);
