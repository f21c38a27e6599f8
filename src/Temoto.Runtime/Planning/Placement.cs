using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>Where values and weights lie. Offsets are multiples of a cache line.</summary>
internal static class Placement
{
    private const int Alignment = 64;

    public static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>
    /// First-fit placement over lifetimes: a value lives from the step that writes it to the last that reads it, and its bytes are free for
    /// others before and after. An in-place operation takes over the bytes of its first input when that input dies there.
    /// </summary>
    /// <returns>The offset of each value that an operation writes, by its id; -1 for those that no operation of the list does.</returns>
    public static long[] Values(IReadOnlyList<Op> ops, int valueCount, int logits, int maxTokens, int maxLogitRows, out long arenaBytes)
    {
        var lastUse = new int[valueCount];
        for (var step = 0; step < ops.Count; step++)
        {
            lastUse[ops[step].Output.Id] = step;
            foreach (var input in ops[step].Inputs)
                lastUse[input.Id] = step;
        }
        lastUse[logits] = ops.Count;

        var offsets = new long[valueCount];
        Array.Fill(offsets, -1);
        var live = new List<LiveValue>();
        arenaBytes = 0;
        var rows = maxTokens;
        for (var step = 0; step < ops.Count; step++)
        {
            var op = ops[step];
            if (op is SelectRowsOp)
                rows = maxLogitRows;
            var bytes = Align(rows * op.Output.RowBytes);
            if (bytes == 0)
                continue;
            var reuse = op.CanRunInPlace && lastUse[op.Inputs[0].Id] == step && op.Inputs[0].RowBytes == op.Output.RowBytes
                && op.Inputs.Skip(1).All(other => other.Id != op.Inputs[0].Id);
            if (reuse)
            {
                var index = live.FindIndex(item => item.ValueId == op.Inputs[0].Id);
                offsets[op.Output.Id] = live[index].Offset;
                live[index] = live[index] with { ValueId = op.Output.Id };
            }
            else
            {
                offsets[op.Output.Id] = FirstFit(live, bytes);
                live.Add(new LiveValue(offsets[op.Output.Id], bytes, op.Output.Id));
            }
            arenaBytes = Math.Max(arenaBytes, offsets[op.Output.Id] + bytes);
            live.RemoveAll(item => lastUse[item.ValueId] <= step);
        }
        return offsets;
    }

    /// <summary>A place of its own for every value that an operation of the list reads or writes.</summary>
    public static long[] Apart(IReadOnlyList<Op> ops, int valueCount, int maxTokens, out long arenaBytes)
    {
        var offsets = new long[valueCount];
        Array.Fill(offsets, -1);
        arenaBytes = 0;
        foreach (var value in ops.SelectMany(op => op.Inputs.Append(op.Output)))
        {
            if (offsets[value.Id] >= 0)
                continue;
            offsets[value.Id] = arenaBytes;
            arenaBytes += Align(maxTokens * value.RowBytes);
        }
        return offsets;
    }

    private static long FirstFit(List<LiveValue> live, long bytes)
    {
        live.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        long candidate = 0;
        foreach (var (offset, length, _) in live)
        {
            if (candidate + bytes <= offset)
                break;
            candidate = Math.Max(candidate, offset + length);
        }
        return candidate;
    }

    /// <summary>A value that a later step reads, and where it lies. A class: lists of structs are compiled anew in every process.</summary>
    private sealed record LiveValue(long Offset, long Bytes, int ValueId);
}
