using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>The queries of the heads that share a KV head, which lie among those of other heads, side by side.</summary>
internal static unsafe class GroupQueries
{
    /// <param name="all">[tokens, Heads, HeadDim].</param>
    /// <param name="queries">[tokens, GroupHeads, HeadDim].</param>
    public static void Copy(KernelSet kernels, float* all, AttentionShape shape, int kvHead, int start, int tokens, float* queries)
    {
        var group = shape.GroupHeads * shape.HeadDim;
        var source = all + (long)start * shape.Heads * shape.HeadDim + kvHead * group;
        for (var token = 0; token < tokens; token++, source += shape.Heads * shape.HeadDim, queries += group)
            kernels.Copy(source, queries, group);
    }
}
