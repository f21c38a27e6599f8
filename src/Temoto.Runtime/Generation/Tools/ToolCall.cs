namespace Temoto;

/// <summary>A call of a tool that a model asks for.</summary>
/// <param name="Id">Tells calls apart; the tool's message names it.</param>
/// <param name="Name">Of the tool.</param>
/// <param name="Arguments">A JSON object. A model wrote it: judge it before use.</param>
public sealed record ToolCall(string Id, string Name, string Arguments);
