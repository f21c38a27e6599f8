using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models;

/// <summary>
/// A matrix of a file whose rows are, for each KV head, its query heads, then its key, then its value: what is read as self_attn.q_proj, k_proj and v_proj.
/// </summary>
/// <param name="name">Within the layer, e.g. "attention.query_key_value".</param>
internal sealed class FusedHeads(string name)
{
    private static readonly string[] Ends = [".weight", ".bias"];
    private static readonly string[] Parts = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

    /// <summary>The weights that a model uses as its file has them.</summary>
    public IReadOnlyList<WeightUse> Joined(IReadOnlyList<WeightUse> uses) =>
        TensorEdits.Joined(uses, Ends.ToDictionary(end => name + end, IReadOnlyList<string> (end) => [.. Parts.Select(part => part + end)]));

    /// <summary>The tensors of a file with the rows in the order of their heads.</summary>
    /// <param name="group">Query heads of a KV head.</param>
    public IReadOnlyDictionary<string, Tensor> Split(IReadOnlyDictionary<string, Tensor> tensors, int kvHeads, int group, int headDim)
    {
        var result = new Dictionary<string, Tensor>(tensors.Count);
        foreach (var (full, tensor) in tensors)
        {
            var end = Ends.FirstOrDefault(end => full.EndsWith(name + end, StringComparison.Ordinal));
            long rows = (long)kvHeads * (group + 2) * headDim;
            // What does not fit stays as it is, and is missed by name where its parts are looked for.
            if (end is null || tensor.Encoded is not null || tensor.Scales is not null || tensor.Shape.Length == 0 || tensor.Shape[0] != rows)
            {
                result[full] = tensor;
                continue;
            }
            var front = full[..^(name.Length + end.Length)];
            foreach (var (part, first, count) in new[] { (Parts[0], 0, group), (Parts[1], group, 1), (Parts[2], group + 1, 1) })
            {
                var blocks = Enumerable.Range(0, kvHeads).Select(head => ((head * (group + 2L) + first) * headDim, (long)count * headDim));
                result[front + part + end] = TensorEdits.Gather(tensor, front + part + end, [.. blocks]);
            }
        }
        return result;
    }
}
