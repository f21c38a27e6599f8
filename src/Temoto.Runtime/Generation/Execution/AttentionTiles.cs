using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>
/// Attention of one KV head over the whole cache for a span of tokens, taken in tiles that stay in the core's cache; used by whoever has the queries in scratch.
/// </summary>
/// <param name="tileTokens">Tokens whose queries of one group go through softmax together.</param>
internal sealed unsafe class AttentionTiles(StepBinding binding, int tileTokens)
{
    private readonly AttentionShape shape = binding.Step.Attention!;
    private readonly ForwardState state = binding.State;
    private readonly OutputRows output = new(binding);
    private readonly float* sinks = binding.Vector(OperandRole.Sinks);
    private readonly BoundPositionBias bias = new(binding);
    private readonly CachePlace keys = binding.Cache(OperandRole.Keys);
    private readonly CachePlace values = binding.Cache(OperandRole.Values);

    /// <summary>Outputs, largest scores and sums of a tile, and what scores need.</summary>
    public static long ScratchFloats(AttentionShape shape, KernelSet kernels, int maxTokens, int tileTokens, int context)
    {
        var queries = Math.Min(maxTokens, tileTokens) * shape.GroupHeads;
        return queries * (shape.HeadDim + 2L) + kernels.AttendScratchFloats(queries, context, shape.HeadDim, shape.Integers);
    }

    /// <param name="queries">[tokens, GroupHeads, HeadDim] of the span; multiplied by the score scale here.</param>
    /// <param name="start">The span's first token.</param>
    public void Attend(int kvHead, float* queries, int start, int tokens, float* scratch)
    {
        var keyView = state.Cache.At(keys, kvHead);
        var valueView = state.Cache.At(values, kvHead);
        var tokenFloats = shape.GroupHeads * shape.HeadDim;
        state.Kernels.Scale(queries, tokens * tokenFloats, shape.ScoreScale);
        var lengthStep = shape.Causal || shape.Window is not null ? 1 : 0;
        for (int first = 0, count; first < tokens; first += count)
        {
            var place = state.PlaceOf(start + first);
            var end = state.EndOf(start + first);
            count = Math.Min(Math.Min(tileTokens, tokens - first), end - place);
            var outputs = scratch;
            var largest = outputs + (long)count * tokenFloats;
            var totals = largest + count * shape.GroupHeads;
            var tile = new AttentionTile(
                queries + (long)first * tokenFloats,
                outputs,
                largest,
                totals,
                count,
                shape.GroupHeads,
                shape.HeadDim,
                // What is past the end is cut off; with a window on both sides the last tokens have less behind them.
                lengthStep == 0 ? end : shape.SeenTo(place, int.MaxValue),
                lengthStep)
            {
                Window = shape.Window,
                SoftCap = shape.SoftCap,
                Bias = bias.Of(kvHead),
                FirstToken = place,
                Start = state.StartOf(start + first),
                End = end,
            };
            tile.Clear(sinks is null ? null : sinks + kvHead * shape.GroupHeads);
            state.Kernels.Attend(tile, keyView, valueView, KvLayout.PanelStart(tile.First(0)), tile.MaxLength, state.IntegersOf(shape), totals + count * shape.GroupHeads);
            state.Kernels.Finish(tile);
            for (var token = 0; token < count; token++)
                output.Store(outputs + (long)token * tokenFloats, start + first + token, kvHead * tokenFloats, tokenFloats);
        }
    }
}
