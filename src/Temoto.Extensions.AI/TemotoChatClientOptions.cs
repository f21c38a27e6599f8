namespace Temoto.Extensions.AI;

/// <summary>How a <see cref="TemotoChatClient"/> shares its model.</summary>
public sealed record TemotoChatClientOptions
{
    /// <summary>The model's name in answers, and in <c>ChatOptions.ModelId</c>; null takes the name of its file or folder, without the ending.</summary>
    public string? ModelId { get; init; }

    /// <summary>
    /// Most calls that generate at the same time; others wait for their turn. Each takes <see cref="MemoryPlan.KvBytes"/>. Null takes up to 4, as half of the memory that the model leaves free allows.
    /// </summary>
    public int? MaxSessions { get; init; }
}
