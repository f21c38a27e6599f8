namespace Temoto.Generation.Tools;

/// <summary>A call as it was read from what a model wrote whole.</summary>
/// <param name="Arguments">A JSON object.</param>
internal readonly record struct ReadCall(string Name, string Arguments);
