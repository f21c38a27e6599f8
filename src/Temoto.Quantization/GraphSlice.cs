using Temoto.Dataflow;
using Temoto.Generation;
using Temoto.Generation.Execution;
using Temoto.Kernels.Attention;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// Runs a part of a model's operations on one calibration sequence at a time, in float32, with the steps of the executor: the operations mean here what they mean
/// there. Every value has memory of its own and none is overwritten, so that any of them can be read, or set, between two runs.
/// </summary>
internal sealed unsafe class GraphSlice : IDisposable
{
    private readonly ParallelKernels compute;
    private readonly bool ropeInterleaved;
    private readonly int maxTokens;
    private readonly RotaryFrequencies rotary;
    private readonly NativeBuffer arena;
    private readonly NativeBuffer angles;
    private readonly NativeBuffer tokenIds;
    private readonly NativeBuffer pixels;
    private readonly KvCache cache;
    private readonly Dictionary<int, long> offsets = [];
    private readonly long roundedInput;
    private readonly long scratchFloats;

    /// <param name="ops">Consecutive operations, of one layer or of none.</param>
    public GraphSlice(ModelGraph graph, IReadOnlyList<Op> ops, int maxTokens, ParallelKernels compute)
    {
        this.compute = compute;
        this.maxTokens = maxTokens;
        Ops = ops;
        ropeInterleaved = graph.Config.RopeInterleaved;
        rotary = new RotaryFrequencies(graph.Config);
        long bytes = 0;
        foreach (var value in ops.SelectMany(op => op.Inputs.Append(op.Output)).DistinctBy(value => value.Id))
        {
            offsets.Add(value.Id, bytes);
            bytes += Bytes(value.Width);
        }
        roundedInput = bytes;
        bytes += Bytes(ops.OfType<LinearOp>().Select(op => op.Input.Width).DefaultIfEmpty(0).Max());
        arena = new NativeBuffer(bytes);
        angles = new NativeBuffer(2L * maxTokens * rotary.HalfHeadDim * sizeof(float));
        tokenIds = new NativeBuffer((long)maxTokens * sizeof(int));
        pixels = new NativeBuffer((long)(graph.Config.Vision?.PixelCount ?? 0) * sizeof(float));
        // Operations are bound as those of layer 0, so that the cache holds one layer.
        cache = new KvCache(graph.Config with { NumHiddenLayers = 1 }, maxTokens, KvType.F32);
        for (var position = 0; position < maxTokens; position++)
            rotary.Fill(position, angles.Floats + (long)position * rotary.HalfHeadDim, angles.Floats + (long)(maxTokens + position) * rotary.HalfHeadDim);
        foreach (var op in ops)
        {
            scratchFloats = Math.Max(scratchFloats, op switch
            {
                LinearOp linear => compute.Kernels.MatMulScratchFloats(linear.Input.Width, ParallelKernels.TileRows),
                AttentionOp attention => AttentionStep.ScratchFloats(attention.Shape, compute.Kernels, maxTokens),
                _ => 0,
            });
        }
    }

    public IReadOnlyList<Op> Ops { get; }

    /// <summary>[tokens, width] of a value this slice reads or writes.</summary>
    public float* At(Value value) => (float*)(arena.Data + offsets[value.Id]);

    /// <summary>Where a slice that starts with the embedding finds its token ids.</summary>
    public Span<int> TokenIds => new(tokenIds.Data, maxTokens);

    /// <summary>[3, height, width]: where a slice that starts with patches finds its picture.</summary>
    public Span<float> Pixels => new(pixels.Floats, (int)(pixels.ByteLength / sizeof(float)));

    /// <summary>Runs operations [first, last] on a sequence that starts at position 0.</summary>
    /// <param name="weights">Matrices of any type, vectors as F32.</param>
    /// <param name="grids">How the input of a linear operation is rounded; null, or a null answer, leaves it as it is.</param>
    public void Run(int first, int last, int tokens, Func<string, Tensor> weights, Func<LinearOp, ActivationGrid?>? grids = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, maxTokens);
        var state = new ForwardState
        {
            Kernels = compute.Kernels,
            Threads = compute.Pool.Threads,
            Scratch = compute.Scratch(scratchFloats),
            Arena = arena.Data,
            TokenIds = (int*)tokenIds.Data,
            Pixels = pixels.Floats,
            Cosines = angles.Floats,
            Sines = angles.Floats + (long)maxTokens * rotary.HalfHeadDim,
            Tokens = tokens,
            LogitRows = tokens,
            RowsAreSequences = false,
            Caches = [cache],
        };
        for (var index = first; index <= last; index++)
        {
            var step = Bind(Ops[index], tokens, weights, grids, state);
            compute.Pool.Run(step, step.Prepare());
        }
    }

    public void Dispose()
    {
        arena.Dispose();
        angles.Dispose();
        tokenIds.Dispose();
        pixels.Dispose();
        cache.Dispose();
    }

    private long Bytes(int width) => ((long)maxTokens * width * sizeof(float) + 63) / 64 * 64;

    private BoundStep Bind(Op op, int tokens, Func<string, Tensor> weights, Func<LinearOp, ActivationGrid?>? grids, ForwardState state)
    {
        var inputs = op.Inputs.Select(input => offsets[input.Id]).ToArray();
        if (op is LinearOp rounded && grids?.Invoke(rounded) is { } grid)
        {
            RoundRows(At(rounded.Input), (float*)(arena.Data + roundedInput), tokens, rounded.Input.Width, grid);
            inputs[0] = roundedInput;
        }
        var step = new PlanStep(op, inputs, offsets[op.Output.Id], op is LinearOp ? ParallelKernels.TileRows : 1, 1, []);
        return op switch
        {
            PatchesOp patches => new PatchesStep(step, patches, state),
            OwnTokensOp own => new OwnTokensStep(step, own, Vectors(own.Weights, weights), state),
            EmbedOp embed => new EmbedStep(step, embed, weights(embed.Weight), state),
            RmsNormOp norm => new RmsNormStep(step, norm, (float*)weights(norm.Weight).Data, state, false),
            LayerNormOp norm => new LayerNormStep(step, norm, (float*)weights(norm.Weight).Data, (float*)weights(norm.Bias).Data, state, false),
            AddPositionsOp positions => new AddPositionsStep(step, positions, weights(positions.Weight), state),
            LinearOp linear => new LinearStep(step, new BoundLinear(linear, step, weights(linear.Weight), linear.Bias is null ? null : (float*)weights(linear.Bias).Data, state), state, false),
            RopeOp rope => new RopeStep(step, rope, ropeInterleaved, state),
            AttentionOp attention => new AttentionStep(step, attention with { Layer = 0 }, new AttentionTiles(attention.Shape, 0, new OutputRows(step, null, state), state), state),
            SiluMultiplyOp => new SiluMultiplyStep(step, state, false),
            ActivateOp activate => new ActivateStep(step, activate, state, false),
            AddOp => new AddStep(step, state, false),
            _ => throw new InvalidOperationException($"no calibration step for {op.GetType().Name}"),
        };
    }

    private static float*[] Vectors(IReadOnlyList<string> names, Func<string, Tensor> weights)
    {
        var vectors = new float*[names.Count];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = (float*)weights(names[i]).Data;
        return vectors;
    }

    private void RoundRows(float* x, float* y, int tokens, int width, ActivationGrid grid) =>
        ParallelRows.Run(compute.Pool, tokens, 16, (start, end, _) =>
        {
            for (var row = start; row < end; row++)
                grid.Round(x + row * width, y + row * width, width);
        });
}
