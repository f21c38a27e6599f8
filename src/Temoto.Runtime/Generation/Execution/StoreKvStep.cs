using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>Keys and values of each token, [KvHeads, HeadDim] in memory, go to the token's place in its cache.</summary>
internal sealed unsafe class StoreKvStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly AttentionShape shape = binding.Step.Attention!;
    private readonly float* newKeys = binding.Floats(OperandRole.NewKeys);
    private readonly float* newValues = binding.Floats(OperandRole.NewValues);
    private readonly CachePlace keys = binding.Cache(OperandRole.Keys);
    private readonly CachePlace values = binding.Cache(OperandRole.Values);

    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
        {
            var cache = State.CacheOf(row);
            for (var head = 0; head < shape.KvHeads; head++)
            {
                var offset = ((long)row * shape.KvHeads + head) * shape.HeadDim;
                Kernels.StoreKey(newKeys + offset, cache.At(keys, head), State.PlaceOf(row));
                Kernels.StoreValue(newValues + offset, cache.At(values, head), State.PlaceOf(row));
            }
        }
    }
}
