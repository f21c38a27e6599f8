namespace Temoto.Cli;

/// <summary>A call of a tool, as documents and lines have it.</summary>
/// <param name="Arguments">An object.</param>
internal sealed record CallLine(string Id, string Name, RawJson Arguments)
{
    public static CallLine Of(ToolCall call) => new(call.Id, call.Name, new RawJson(call.Arguments));

    /// <summary>Null where there are none.</summary>
    public static IReadOnlyList<CallLine>? All(IReadOnlyList<ToolCall> calls) => calls.Count == 0 ? null : [.. calls.Select(Of)];
}
