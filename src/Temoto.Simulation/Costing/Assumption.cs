using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>A figure that a simulation rests on.</summary>
/// <param name="What">Where the board has it, e.g. "memories.DDR4-2400.bytes_per_second".</param>
internal sealed record Assumption(string What, double Value, string Unit, Evidence Evidence, string Source)
{
    /// <summary>All figures of a board, in the order of its file.</summary>
    public static IReadOnlyList<Assumption> Of(Board board)
    {
        var all = new List<Assumption>();
        foreach (var device in board.Devices)
        {
            Add($"devices.{device.Name}.workers", device.Workers);
            Add($"devices.{device.Name}.launch_seconds", device.LaunchSeconds);
            Add($"devices.{device.Name}.pipeline.dot_elements", device.Pipeline?.DotElements);
            Add($"devices.{device.Name}.pipeline.row_elements", device.Pipeline?.RowElements);
            Add($"devices.{device.Name}.clock_hz", device.ClockHz);
        }
        foreach (var memory in board.Memories)
        {
            Add($"memories.{memory.Name}.bytes", memory.Bytes);
            Add($"memories.{memory.Name}.bytes_per_second", memory.BytesPerSecond);
            Add($"memories.{memory.Name}.write_bytes_per_second", memory.WriteBytesPerSecond);
            Add($"memories.{memory.Name}.peak_bytes_per_second", memory.PeakBytesPerSecond);
        }
        foreach (var unit in board.Units)
        {
            var formats = unit.Operands.Count == 0 ? "" : "." + string.Join('+', unit.Operands).ToLowerInvariant();
            var name = $"units.{unit.Device}.{unit.Work}{formats}{(unit.Tokens == TokenCount.Any ? "" : $".{unit.Tokens}_token{(unit.Tokens == TokenCount.Many ? "s" : "")}")}".ToLowerInvariant();
            Add($"{name}.operations_per_second", unit.OperationsPerSecond);
            Add($"{name}.processing_elements", unit.ProcessingElements);
            Add($"{name}.lanes_per_element", unit.LanesPerElement);
            Add($"{name}.tile.cycles", unit.Tile?.Cycles);
            Add($"{name}.tile.call_cycles", unit.Tile?.CallCycles);
            Add($"{name}.tile.call_seconds", unit.Tile?.CallSeconds);
            Add($"{name}.clock_hz", unit.ClockHz);
        }
        Add("power.idle_watts", board.Power?.IdleWatts);
        Add("power.joules_per_operation", board.Power?.JoulesPerOperation);
        Add("power.joules_per_external_byte", board.Power?.JoulesPerExternalByte);
        Add("power.joules_per_on_chip_byte", board.Power?.JoulesPerOnChipByte);
        Add("price", board.Price);
        return all;

        void Add(string what, Figure? figure)
        {
            if (figure is not null)
                all.Add(new Assumption(what, figure.Value, figure.Unit, figure.Evidence, figure.Source));
        }
    }
}
