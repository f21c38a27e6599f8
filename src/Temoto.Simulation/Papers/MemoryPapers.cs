using Temoto.Simulation.Dram;

namespace Temoto.Simulation.Papers;

/// <summary>Designs on a KV260 that memory bounds: bytes of a token by their own parameters over what the DDR4 model gives their ports.</summary>
internal static class MemoryPapers
{
    private const long StreamedBytes = 8L << 20;

    /// <summary>LLaMA2-7B in AWQ with a context of 1024: 3,249 MiB a token, computed from the published rate and share of the memory.</summary>
    private const double LiTokenBytes = 3249.0 * (1 << 20);

    /// <summary>Weights of 5.75 bits with a quarter of the vocabulary, and the whole cache of 192 tokens at each step.</summary>
    private const double PkuTokenBytes = 291e6;

    /// <summary>Li et al. (DATE 2025) with four ports at 300 MHz whose streams lie 5.7 MiB apart; PKU with two at 375 MHz.</summary>
    public static IReadOnlyList<PaperRow> Rows()
    {
        var li = Run(new PortSettings(300_000_000, OutstandingBursts: 16, PathNanoseconds: 250), distanceBytes: 5836 << 10, ports: 4);
        var pku = Run(new PortSettings(375_000_000, OutstandingBursts: 8, PathNanoseconds: 300), distanceBytes: 64 << 20, ports: 2);
        return
        [
            new("Li et al., share of DDR4-2400", 84.5, 100 * li.Share, "%", "simulated: four streams 5.7 MiB apart, a path of 250 ns and 16 bursts outstanding"),
            new("Li et al., LLaMA2-7B, W4, KV8, context 1024", 4.9, li.BytesPerSecond / LiTokenBytes, "tokens/s", "3,249 MiB a token at that rate; 86.9 % by its own bytes"),
            new("PKU EdgeDecoding, share of DDR4-2400", 54.7, 100 * pku.Share, "%", "simulated: two ports at 375 MHz, 300 ns, 8 outstanding; 10.3 to 10.8 GB/s by its bytes"),
            new("PKU EdgeDecoding, Qwen2.5-0.5B, 5.75 bits, a quarter of the vocabulary", 35.2, pku.BytesPerSecond / PkuTokenBytes, "tokens/s", "291 MB a token at that rate; its path's time is not known, 160 ns would give 39"),
        ];
    }

    private static DramCounts Run(PortSettings port, int distanceBytes, int ports) =>
        DramSimulation.Run(DramTiming.Ddr4At2400, AddressMap.Kv260, AccessPatterns.DistantStreams(port, distanceBytes, StreamedBytes, ports));
}
