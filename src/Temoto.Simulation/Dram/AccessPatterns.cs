namespace Temoto.Simulation.Dram;

/// <summary>The patterns that layouts of weights lead to. Bytes are of all ports together; where they do not divide, less is read.</summary>
internal static class AccessPatterns
{
    /// <summary>Ports of the boards' designs: HP0, HP2, HP3 and HPC0, which do not share a port of the controller (UG1085).</summary>
    private const int Ports = 4;

    /// <summary>Port k reads the k-th quarter of every page.</summary>
    public static AccessPattern QuarterPages(PortSettings settings, int pageBytes, long bytes) =>
        DistantStreams(settings, pageBytes / Ports, bytes) with { Name = $"quarter pages of {pageBytes / 1024} KiB" };

    /// <summary>Port k reads the k-th of every four blocks, which are as long as the ports are apart.</summary>
    public static AccessPattern DistantStreams(PortSettings settings, int distanceBytes, long bytes, int ports = Ports) =>
        new($"{ports} streams {distanceBytes / 1024} KiB apart", [.. Enumerable.Range(0, ports).Select(port => new PortStream(settings, false, Blocks(port, ports, distanceBytes, bytes / ports)))]);

    /// <summary>Tiles that lie one after the other in memory go to the ports in turn.</summary>
    public static AccessPattern Tiles(PortSettings settings, int tileBytes, long bytes) =>
        DistantStreams(settings, tileBytes, bytes) with { Name = $"tiles of {tileBytes} B in turn" };

    /// <summary>Each port reads pieces anywhere in 2 GiB, at multiples of their size, a power of two.</summary>
    public static AccessPattern RandomReads(PortSettings settings, int pieceBytes, long bytes)
    {
        var random = new Random(1);
        AccessRun[] Pieces() => [.. Enumerable.Range(0, (int)(bytes / Ports / pieceBytes)).Select(_ => new AccessRun((uint)(random.Next() / pieceBytes * pieceBytes), pieceBytes))];
        return new($"random {pieceBytes} B", [.. Enumerable.Range(0, Ports).Select(_ => new PortStream(settings, false, Pieces()))]);
    }

    /// <summary>
    /// Decoding: for every 8 MiB of weights 128 KiB of KV cache, both in quarter pages of 16 KiB, and what a token appends: 64 B of keys and four times 16 B of values for each of two heads,
    /// one write at a time, which is the dearest way.
    /// </summary>
    public static AccessPattern DecodeMix(PortSettings settings, int layers)
    {
        const int QuarterBytes = 4096;
        const int WeightBytes = 8 << 20;
        const int CacheBytes = 128 << 10;
        const uint CacheAddress = 1u << 30;
        AccessRun[] ReadsOf(int port) => [.. Enumerable.Range(0, layers).SelectMany(layer => Blocks(port, Ports, QuarterBytes, WeightBytes / Ports, (uint)layer * WeightBytes)
            .Concat(Blocks(port, Ports, QuarterBytes, CacheBytes / Ports, CacheAddress + (uint)layer * CacheBytes)))];
        var reads = Enumerable.Range(0, Ports).Select(port => new PortStream(settings, false, ReadsOf(port)));
        var writes = Enumerable.Range(0, layers).SelectMany(layer => Appends(CacheAddress + (uint)layer * CacheBytes, CacheBytes / Ports));
        return new("decoding with KV cache and writes", [.. reads, new PortStream(settings with { OutstandingBursts = 1 }, true, [.. writes])]);
    }

    /// <summary>Keys of a head, then its values, for two heads.</summary>
    private static IEnumerable<AccessRun> Appends(uint address, int partBytes)
    {
        const int KeyBytes = 64;
        const int ValueBytes = 16;
        const int PartsOfValues = 4;
        for (var head = 0; head < 2; head++, address += (uint)(2 * partBytes))
        {
            yield return new(address, KeyBytes);
            for (var part = 0; part < PartsOfValues; part++)
                yield return new((uint)(address + partBytes + part * (partBytes / PartsOfValues)), ValueBytes);
        }
    }

    private static AccessRun[] Blocks(int port, int ports, int blockBytes, long bytes, uint address = 0)
    {
        var runs = new List<AccessRun>();
        for (var offset = 0L; offset < bytes; offset += blockBytes)
            runs.Add(new(checked((uint)(address + offset * ports + (long)port * blockBytes)), (int)Math.Min(blockBytes, bytes - offset)));
        return [.. runs];
    }
}
