namespace Temoto.Server.Models;

/// <summary>What is known of a model that is loaded, or has been.</summary>
internal sealed record KnownModel(string Name, ModelInfo Info, bool HasChatTemplate, bool WritesThoughts, DateTimeOffset Loaded);
