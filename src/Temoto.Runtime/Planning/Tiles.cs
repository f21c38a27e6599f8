using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>How steps are cut, and on which device of the board they run.</summary>
/// <param name="device">The one whose sizes count.</param>
internal sealed class Tiles(Board board, BoardDevice device, PlanWish wish)
{
    private Tiling Tiling => device.Tiling;

    /// <summary>The device whose sizes count.</summary>
    public BoardDevice Device => device;

    public int TphsTokens => Tiling.TphsTokens;

    public int GemmTokens => Tiling.GemmTokens;

    /// <summary>Decode: sequences share a head's weights while they are in the worker's memory.</summary>
    public int ProjectionTokens => wish.Phase == Phase.Decode ? wish.MaxTokens : Tiling.ProjectionTokens;

    /// <summary>Tokens whose queries of one group go through softmax together.</summary>
    public int AttentionTokens(AttentionShape shape) => Math.Max(1, Tiling.AttentionQueries / shape.GroupHeads);

    /// <summary>Positions of the cache that are read together.</summary>
    public int AttentionPositions => Tiling.AttentionPositions;

    /// <summary>
    /// The first device whose units take what the step multiplies; of a step that multiplies nothing, whose units take its other work. The last device takes the rest.
    /// </summary>
    public BoardDevice DeviceOf(Step step)
    {
        foreach (var candidate in board.Devices)
        {
            if (Takes(candidate, step))
                return candidate;
        }
        return board.LastDevice;
    }

    /// <summary>A prompt's query projection and its attention are one device's: in TPHS they are one step. (The last device takes everything.)</summary>
    public static bool SameDevice(Board board, WeightInfo query, Format input, NumberType kv, int headDim)
    {
        foreach (var candidate in board.Devices)
        {
            var projects = board.UnitFor(candidate.Name, WorkKind.Product, query.Plain.Format, query.Columns, input, oneToken: false) is not null;
            var attends = board.UnitFor(candidate.Name, WorkKind.Attention, new Format(kv, 8), headDim, null, oneToken: false) is not null;
            if (candidate != board.LastDevice && (projects || attends))
                return projects == attends;
        }
        return true;
    }

    /// <summary>The sizes of another device.</summary>
    public Tiles On(BoardDevice other) => new(board, other, wish);

    /// <summary>Output rows of the weight that one chunk of parallel work takes.</summary>
    public int Rows(Op op, IReadOnlyList<LinearOp> linears, Func<string, WeightInfo> weightOf)
    {
        var bytes = 0L;
        foreach (var linear in linears)
            bytes += weightOf(linear.Weight).PlainRowBytes;
        var rows = wish.Phase == Phase.Prefill
            ? PrefillRows(op)
            : (int)Math.Clamp((wish.MaxTokens == 1 ? Tiling.OneTokenBytes : Tiling.SequencesBytes) / Math.Max(1, bytes), 4, 256);
        // Rows that are decoded together are not cut apart, nor columns that are rounded together.
        long block = op is (GatedLinearOp or ActivatedLinearOp) and { Output.IsQuantized: true } ? RowLayout.RoundedTogether(op.Output.Format) : 1;
        var most = (op.Output.Width + block - 1) / block * block;
        foreach (var linear in linears)
            block = LeastCommonMultiple(block, weightOf(linear.Weight).BlockRows);
        block = LeastCommonMultiple(block, Math.Max(1, Tiling.UnitRows));
        // Blocks of an untrusted file may have no small multiple in common: then one chunk takes all rows.
        return (int)Math.Min(most, (rows + block - 1) / block * block);
    }

    /// <summary>
    /// Tokens of a prompt that a matrix product takes together, so that their activations stay on an accelerator's chip while all rows of the weight pass: as many as fill half of it; 0
    /// for all. (A processor's workers share a cache behind their own, which is not theirs to divide.)
    /// </summary>
    public int ProductTokens(LinearOp linear)
    {
        if (board.Host is not null || wish.Phase == Phase.Decode)
            return 0;
        var most = board.BytesOf(MemoryLevel.OnChip) / 2 / Math.Max(1, linear.Input.RowBytes);
        return most >= wish.MaxTokens ? 0 : (int)Math.Max(1, most);
    }

    /// <summary>
    /// Rows of a prompt's matrix product: each chunk passes all activations once, so the more rows the fewer passes; but the decoded rows must leave half of the worker's memory to
    /// the activations, what a joined step keeps of its columns a quarter of it, and there must be chunks enough for all workers.
    /// </summary>
    private int PrefillRows(Op op)
    {
        var linear = op.Linears[0];
        var onChipBytes = board.BytesOf(MemoryLevel.OnChip);
        var multiple = Tiling.RowMultiple;
        var decodedBytes = linear.Input.Width * (linear.Input.IsQuantized ? 1L : linear.Input.Format.Bits / 8);
        var tileBytes = op is LinearOp ? 0 : (long)wish.MaxTokens * op.Linears.Count * sizeof(float);
        var rows = Math.Min(onChipBytes / 2 / decodedBytes, tileBytes == 0 ? long.MaxValue : onChipBytes / 4 / tileBytes);
        rows = Math.Min(rows, linear.Output.Width / (long)(Tiling.ChunksPerWorker * device.Workers.Value));
        return (int)Math.Clamp(rows / multiple * multiple, multiple, 4 * multiple);
    }

    private bool Takes(BoardDevice candidate, Step step)
    {
        var works = new List<Work>();
        Collect(step.Loops, works);
        var products = works.Where(work => work.Kind is WorkKind.Product or WorkKind.Attention).ToList();
        return products.Count > 0
            ? products.TrueForAll(work => UnitOf(candidate, step, work) is not null)
            : works.Count > 0 && works.TrueForAll(work => UnitOf(candidate, step, work) is not null);
    }

    private BoardUnit? UnitOf(BoardDevice candidate, Step step, Work work)
    {
        var operand = step.Find(work.Operand);
        var oneToken = wish.Phase == Phase.Decode;
        return work.Kind switch
        {
            WorkKind.Product => board.UnitFor(candidate.Name, work.Kind, operand!.Format, operand.Shape[1], step.InputOf(work.Operand).Format, oneToken),
            WorkKind.Attention => board.UnitFor(candidate.Name, work.Kind, operand!.Format, step.Attention!.HeadDim, null, oneToken),
            _ => board.UnitFor(candidate.Name, work.Kind, null, 0, null, oneToken),
        };
    }

    private static void Collect(Items<LoopNode> nodes, List<Work> works)
    {
        foreach (var node in nodes)
        {
            if (node is Work work)
                works.Add(work);
            else if (node is Loop loop)
                Collect(loop.Body, works);
        }
    }

    private static long LeastCommonMultiple(long a, long b)
    {
        var (x, y) = (a, b);
        while (y != 0)
            (x, y) = (y, x % y);
        return a / x * b;
    }
}
