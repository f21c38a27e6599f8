namespace Temoto.Simulation.Exploration;

/// <summary>What a design takes of a device, or what a device has. Computed from counts of blocks; no place and route.</summary>
internal readonly record struct ResourceUse(int Lut, int Ff, int Dsp, int Bram36, int Uram)
{
    /// <summary>By name, in the order of data sheets.</summary>
    public IReadOnlyList<(string Name, int Count)> Kinds => [("LUT", Lut), ("FF", Ff), ("DSP", Dsp), ("BRAM36", Bram36), ("URAM", Uram)];

    /// <summary>The resource of which the largest share is taken; infinite where a device has none.</summary>
    public (string Name, double Share) Scarcest(ResourceUse device) => Shares(device).MaxBy(item => item.Share);

    public bool Fits(ResourceUse device) => Scarcest(device).Share <= 1;

    /// <summary>Share of each resource.</summary>
    public IReadOnlyList<(string Name, double Share)> Shares(ResourceUse device) =>
        [.. Kinds.Zip(device.Kinds, (own, all) => (own.Name, own.Count == 0 ? 0 : own.Count / (double)all.Count))];
}
