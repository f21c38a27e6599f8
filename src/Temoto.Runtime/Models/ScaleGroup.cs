namespace Temoto.Models;

/// <summary>Linear layers that read the same input, and the operation whose output can be divided by what their columns are multiplied by.</summary>
/// <param name="Linears">Names within the layer. Their columns are multiplied by the scales s.</param>
/// <param name="FoldInto">The norm or linear layer before them: its weight (each element, or each row) and its bias are divided by s. Null where no factor gets through.</param>
/// <param name="InspectedEnd">The operation whose output error chooses s: from the first of <paramref name="Linears"/> to this one is the inspected module.</param>
/// <param name="NeedsEqualShapes">True where the two weights must have equal shapes for a scale to fold: v_proj before o_proj, unless KV heads are shared.</param>
internal sealed record ScaleGroup(IReadOnlyList<string> Linears, string? FoldInto, string InspectedEnd, bool NeedsEqualShapes = false);
