namespace Temoto;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">system, user or assistant (or what the model's template knows besides).</param>
/// <param name="Content">The text.</param>
public sealed record ChatMessage(string Role, string Content);
