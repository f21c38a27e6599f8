using Temoto.Plans;

namespace Temoto.Simulation.Exploration;

/// <summary>What a programmable device has: one strict JSON file.</summary>
/// <param name="Boards">Names of boards that carry it.</param>
internal sealed record DeviceResources(string Name, IReadOnlyList<string> Boards, Figure Lut, Figure Ff, Figure Dsp, Figure Bram36, Figure Uram)
{
    /// <summary>The files that ship.</summary>
    public static IReadOnlyList<DeviceResources> Shipped { get; } = [.. CostFile.Resources("boards/devices/").Select(FromJson)];

    public ResourceUse All => new((int)Lut.Value, (int)Ff.Value, (int)Dsp.Value, (int)Bram36.Value, (int)Uram.Value);

    /// <summary>Reads a device. Unknown, missing and duplicate members are refused, and figures that cannot be.</summary>
    /// <exception cref="FormatException">The message says where and why.</exception>
    public static DeviceResources FromJson(string json)
    {
        var device = CostJson.ReadDevice(json);
        CostCheck.Check(device);
        return device;
    }

    /// <summary>The device of a board.</summary>
    /// <exception cref="InputException">None is known.</exception>
    public static DeviceResources Of(Board board) => Shipped.FirstOrDefault(device => device.Boards.Contains(board.Name))
        ?? throw new InputException(board.Name, null, "a board whose device is not known", $"one of {string.Join(", ", Shipped.SelectMany(device => device.Boards))}", "explore one of these");
}
