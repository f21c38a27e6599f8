using Temoto.Kernels.Attention;
using Temoto.Kernels.Floats;
using Temoto.Plans;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// Scores and weighted values over a cache of half floats by <see cref="EmittedHalfScores"/> and <see cref="EmittedHalfValues"/>: converted in registers, sums in the order of <see cref="VectorKernelSet{TLanes, TVector}"/>,
/// so that results are the same bit for bit.
/// </summary>
internal sealed unsafe class EmittedHalfAttention
{
    /// <summary>Queries at once, and lanes of a register: positions of a panel, or columns.</summary>
    private const int MostQueries = 8, Lanes = 16;

    private readonly delegate* unmanaged[SuppressGCTransition]<EmittedHalfScores.Tile*, void> score = EmittedHalfScores.Load();
    private readonly delegate* unmanaged[SuppressGCTransition]<EmittedHalfValues.Tile*, void> addValues = EmittedHalfValues.Load();

    /// <summary>Heads whose elements fill registers.</summary>
    public static bool Takes(KvHeadView view) => view.Type == NumberType.Float16 && view.HeadDim % Lanes == 0;

    /// <inheritdoc cref="KernelSet.Scores"/>
    public void Scores(float* queries, int count, KvHeadView keys, int start, int end, float* scores, long stride)
    {
        var headDim = keys.HeadDim;
        var tile = new EmittedHalfScores.Tile { HeadDim = headDim, QueryBytes = headDim * sizeof(float), StrideBytes = stride * sizeof(float) };
        for (var position = start; position < end; position += 2 * Lanes)
        {
            // An odd panel out is multiplied twice.
            var second = position + Lanes < end ? Lanes : 0;
            tile.Keys0 = (ushort*)keys.Data + (long)position * headDim;
            tile.Keys1 = tile.Keys0 + second * headDim;
            tile.SecondBytes = second * sizeof(float);
            for (var i = 0; i < count; i += MostQueries)
            {
                tile.Queries = queries + (long)i * headDim;
                tile.Scores = scores + i * stride + position - start;
                tile.Count = Math.Min(MostQueries, count - i);
                score(&tile);
            }
        }
    }

    /// <inheritdoc cref="KernelSet.AddValues"/>
    public void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs)
    {
        // A tile of positions and its weights stay in the first-level cache while all queries and columns pass.
        const int tilePositions = 64;
        var headDim = values.HeadDim;
        var tile = new EmittedHalfValues.Tile { ValueBytes = headDim * sizeof(ushort), WeightBytes = stride * sizeof(float), OutputBytes = headDim * sizeof(float) };
        for (var position = start; position < end; position += tilePositions)
        {
            tile.Positions = Math.Min(tilePositions, end - position);
            for (var column = 0; column < headDim; column += 2 * Lanes)
            {
                tile.Values = (ushort*)values.Data + (long)position * headDim + column;
                tile.SecondColumns = column + Lanes < headDim ? Lanes : 0;
                for (var i = 0; i < count; i += MostQueries)
                {
                    tile.Weights = weights + i * stride + position - start;
                    tile.Outputs = outputs + (long)i * headDim + column;
                    tile.Count = Math.Min(MostQueries, count - i);
                    addValues(&tile);
                }
            }
        }
    }
}
