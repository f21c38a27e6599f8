namespace Temoto.Generation.ChatTemplates;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">system, user, assistant or tool.</param>
internal sealed record ChatMessage(string Role, string Content);
