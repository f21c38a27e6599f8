using Temoto.Plans;

namespace Temoto.Simulation.Exploration;

/// <summary>What a design of our core is free in.</summary>
/// <param name="Ports">Of 16 bytes to memory, each with processing elements of its own.</param>
/// <param name="Lanes">Processing elements of a port: tokens that meet a weight each time it is fetched.</param>
/// <param name="ClockHz">Of ports and core.</param>
/// <param name="BufferBytes">Of activations, on the chip.</param>
/// <param name="Weights">int4 or int8.</param>
internal sealed record CoreParameters(int Ports, int Lanes, double ClockHz, long BufferBytes, NumberType Weights)
{
    /// <summary>Bytes of a port's beat, and of weights that an element takes in a cycle.</summary>
    public const int PortBytes = 16;

    /// <summary>Processing elements.</summary>
    public int Elements => Ports * Lanes;

    /// <summary>What the ports can carry.</summary>
    public double PortBytesPerSecond => Ports * PortBytes * ClockHz;

    /// <summary>Those of a board of our core.</summary>
    /// <exception cref="InputException">The board's accelerator is another one.</exception>
    public static CoreParameters Of(Board board)
    {
        var product = CoreUnits(board, WorkKind.Product).FirstOrDefault(unit => unit.Tile is not null && unit.Operands is [NumberType.Int4 or NumberType.Int8, ..])
            ?? throw Other(board, "no unit that multiplies int4 or int8 weights in tiles");
        var weights = product.Operands[0];
        var tile = product.Tile!;
        // A beat holds twice as many weights of four bits as bytes; what is left of a tile's cycles goes over headers.
        var beats = (double)tile.Rows * tile.Columns / (weights == NumberType.Int4 ? 2 * PortBytes : PortBytes);
        var ports = (int)Math.Max(1, Math.Ceiling(beats / tile.Cycles.Value));
        return new CoreParameters(ports, tile.Tokens, product.ClockHz!.Value, board.BytesOf(MemoryLevel.OnChip), weights);
    }

    public override string ToString() => FormattableString.Invariant(
        $"{Ports} port{(Ports == 1 ? "" : "s")} x {Lanes} lane{(Lanes == 1 ? "" : "s")} at {ClockHz / 1e6:0} MHz, {BufferBytes / 1024} KiB");

    /// <summary>Units of the accelerator.</summary>
    private static IEnumerable<BoardUnit> CoreUnits(Board board, WorkKind work) => board.Units.Where(unit => unit.Device == board.Devices[0].Name && unit.Work == work);

    private static InputException Other(Board board, string found) => new(board.Name, "units", found, "a board of the Temoto core", "explore kv260 or zcu102");
}
