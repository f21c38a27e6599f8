using static Temoto.Plans.FigureCheck;

namespace Temoto.Plans;

/// <summary>What a board file may say beyond its form: units that fit, figures in reach, names that exist.</summary>
internal static class BoardCheck
{
    /// <exception cref="FormatException">"place: found ..., expected ...".</exception>
    public static void Check(Board board)
    {
        Text(board.Name, "name");
        if (board.Devices.Count == 0)
            throw Wrong("devices", "none", "at least one");
        foreach (var (index, device) in board.Devices.Index())
        {
            var place = $"devices[{index}]";
            Text(device.Name, $"{place}.name");
            if (board.Devices.Count(other => other.Name == device.Name) > 1)
                throw Wrong($"{place}.name", $"'{device.Name}' twice", "names that differ");
            Whole(device.Workers, $"{place}.workers", "1", 1, 4096);
            Number(device.LaunchSeconds, $"{place}.launch_seconds", "s", 0, 10);
            Tiles(device.Tiling, $"{place}.tiling");
            Optional(device.ClockHz, $"{place}.clock_hz", "Hz", 1, 1e11);
            if (device.Pipeline is { } pipeline)
            {
                Whole(pipeline.DotElements, $"{place}.pipeline.dot_elements", "1", 1, 1e6);
                Whole(pipeline.RowElements, $"{place}.pipeline.row_elements", "1", 1, 1e6);
            }
        }
        foreach (var level in new[] { MemoryLevel.OnChip, MemoryLevel.External })
        {
            if (board.Memories.Count(memory => memory.Level == level) != 1)
                throw Wrong("memories", $"{board.Memories.Count(memory => memory.Level == level)} of level {Name(level)}", "exactly one");
        }
        if (board.Memories.Count(memory => memory.Level == MemoryLevel.Shared) > 1)
            throw Wrong("memories", "several of level shared", "at most one");
        foreach (var (index, memory) in board.Memories.Index())
        {
            var place = $"memories[{index}]";
            Whole(memory.Bytes, $"{place}.bytes", "B", memory.Level == MemoryLevel.Shared ? 0 : 1, 1L << 50);
            Number(memory.BytesPerSecond, $"{place}.bytes_per_second", "B/s", 1, 1e15);
            Optional(memory.WriteBytesPerSecond, $"{place}.write_bytes_per_second", "B/s", 1, 1e15);
            Optional(memory.BurstBytes, $"{place}.burst_bytes", "B", 1, 1 << 20);
            Optional(memory.Ports, $"{place}.ports", "1", 1, 1024);
            Optional(memory.PeakBytesPerSecond, $"{place}.peak_bytes_per_second", "B/s", 1, 1e15);
            if (memory.PeakBytesPerSecond is { } peak && peak.Value < memory.BytesPerSecond.Value)
                throw Wrong($"{place}.bytes_per_second.value", FormattableString.Invariant($"{memory.BytesPerSecond.Value:R}"), FormattableString.Invariant($"at most peak_bytes_per_second, {peak.Value:R}"));
        }
        foreach (var (index, unit) in board.Units.Index())
            Unit(board, unit, $"units[{index}]");
        foreach (var (index, link) in (board.Links ?? []).Index())
        {
            Number(link.BytesPerSecond, $"links[{index}].bytes_per_second", "B/s", 1, 1e15);
            Number(link.SetupSeconds, $"links[{index}].setup_seconds", "s", 0, 10);
        }
        if (board.Power is { } power)
        {
            Number(power.IdleWatts, "power.idle_watts", "W", 0, 1e5);
            Number(power.JoulesPerOperation, "power.joules_per_operation", "J/op", 0, 1);
            Number(power.JoulesPerExternalByte, "power.joules_per_external_byte", "J/B", 0, 1);
            Optional(power.JoulesPerOnChipByte, "power.joules_per_on_chip_byte", "J/B", 0, 1);
        }
        Optional(board.Price, "price", "USD", 0, 1e9);
        if (board.Storage is { } storage)
        {
            Stored(storage.Activations, "storage.activations");
            Stored(storage.Intermediates, "storage.intermediates");
        }
        if (board.UnitFor(board.LastDevice.Name, WorkKind.Product, Format.Single, 1, Format.Single, oneToken: true) is null
            || board.UnitFor(board.LastDevice.Name, WorkKind.Product, Format.Single, 1, Format.Single, oneToken: false) is null)
            throw Wrong("units", $"none of device '{board.LastDevice.Name}' for products of float32", "one: the last device takes what no other can");
        if (board.Host is { } host)
        {
            Text(host.Processor, "host.processor");
            Text(host.Kernels, "host.kernels");
            if (host.Threads is < 1 or > 1024)
                throw Wrong("host.threads", $"{host.Threads}", "1 to 1024");
        }
    }

    private static void Unit(Board board, BoardUnit unit, string place)
    {
        if (board.Devices.All(device => device.Name != unit.Device))
            throw Wrong($"{place}.device", $"'{unit.Device}'", $"one of {string.Join(", ", board.Devices.Select(device => device.Name))}");
        var isRate = unit.OperationsPerSecond is not null;
        var isElements = unit.ProcessingElements is not null && unit.LanesPerElement is not null;
        var isPart = unit.ProcessingElements is not null != unit.LanesPerElement is not null;
        if (isPart || (isRate ? 1 : 0) + (isElements ? 1 : 0) + (unit.Tile is null ? 0 : 1) != 1 || unit.ClockHz is null != isRate)
            throw Wrong(place, "no rate, or two", "operations_per_second; or processing_elements, lanes_per_element and clock_hz; or tile and clock_hz");
        // From one per second to a thousand times the fastest processor.
        Optional(unit.OperationsPerSecond, $"{place}.operations_per_second", unit.Work == WorkKind.Unpack ? "B/s" : "op/s", 1, 1e18);
        Optional(unit.EscapedOperationsPerSecond, $"{place}.escaped_operations_per_second", "op/s", 1, 1e18);
        Optional(unit.ProcessingElements, $"{place}.processing_elements", "1", 1, 1e6);
        Optional(unit.LanesPerElement, $"{place}.lanes_per_element", "1", 1e-6, 1e6);
        Optional(unit.ClockHz, $"{place}.clock_hz", "Hz", 1, 1e11);
        if (unit.Tile is { } tile)
        {
            Between(tile.Rows, $"{place}.tile.rows", 1, 1 << 20);
            Between(tile.Columns, $"{place}.tile.columns", 1, 1 << 20);
            Between(tile.Tokens, $"{place}.tile.tokens", 1, 1 << 20);
            Number(tile.Cycles, $"{place}.tile.cycles", "cycles", 0.001, 1e9);
            Optional(tile.CallCycles, $"{place}.tile.call_cycles", "cycles", 0, 1e9);
            Optional(tile.CallSeconds, $"{place}.tile.call_seconds", "s", 0, 10);
        }
        Optional(unit.Overlap, $"{place}.overlap", "1", 0, 1);
        if (unit.Queries is < 1 or > 65536)
            throw Wrong($"{place}.queries", $"{unit.Queries}", "1 to 65536");
        if (unit.ColumnMultiple is < 1 or > 65536)
            throw Wrong($"{place}.column_multiple", $"{unit.ColumnMultiple}", "1 to 65536");
        if (unit.GroupMultiple is < 1 or > 65536)
            throw Wrong($"{place}.group_multiple", $"{unit.GroupMultiple}", "1 to 65536");
    }

    private static void Tiles(Tiling tiling, string place)
    {
        Between(tiling.OneTokenBytes, $"{place}.one_token_bytes", 1, 1 << 30);
        Between(tiling.SequencesBytes, $"{place}.sequences_bytes", 1, 1 << 30);
        Between(tiling.RowMultiple, $"{place}.row_multiple", 1, 4096);
        Between(tiling.ChunksPerWorker, $"{place}.chunks_per_worker", 1, 4096);
        Between(tiling.TphsTokens, $"{place}.tphs_tokens", 1, 65536);
        Between(tiling.ProjectionTokens, $"{place}.projection_tokens", 1, 65536);
        Between(tiling.GemmTokens, $"{place}.gemm_tokens", 1, 65536);
        Between(tiling.AttentionQueries, $"{place}.attention_queries", 1, 65536);
        Between(tiling.AttentionPositions, $"{place}.attention_positions", 1, 65536);
        Between(tiling.PiecePositions, $"{place}.piece_positions", 1, 1 << 24);
        Between(tiling.UnitRows, $"{place}.unit_rows", 0, 4096);
        Between(tiling.RunTokens, $"{place}.run_tokens", 0, 65536);
        if (tiling.PiecePositions % KvLayout.PanelPositions != 0)
            throw Wrong($"{place}.piece_positions", $"{tiling.PiecePositions}", $"a multiple of {KvLayout.PanelPositions}, the positions of a key panel");
    }

    /// <summary>Numbers of whole bytes that stand for themselves: what has scales of its own is what a step rounds to.</summary>
    private static void Stored(Format format, string place)
    {
        if (format.Bits is not (8 or 16 or 32) || format.Group != 0 || format.Scales != ScaleType.None || format.Packing != RowPacking.None)
            throw Wrong(place, $"{format.Bits} bits{(format.Group != 0 || format.Scales != ScaleType.None ? " with scales" : "")}", "8, 16 or 32 bits without scales");
    }

    private static void Between(int value, string place, int least, int most)
    {
        if (value < least || value > most)
            throw Wrong(place, $"{value}", $"{least} to {most}");
    }

    private static string Name(MemoryLevel level) => level == MemoryLevel.OnChip ? "on_chip" : "external";
}
