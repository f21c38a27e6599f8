using Temoto.Machine;

namespace Temoto.Dataflow;

/// <summary>The board of the machine this runs on: the measured file where one fits, else figures that are typical of such kernels.</summary>
internal static class HostBoard
{
    /// <summary>
    /// The file of <see cref="BoardFile.HostPath"/> if it was written on this kind of processor, with these kernels and as many threads; else <see cref="Assumed"/>.
    /// </summary>
    /// <exception cref="InputException">There is a file, and it is no board.</exception>
    public static Board Get(string kernels, int threads) => Get(kernels, threads, BoardFile.HostPath);

    public static Board Get(string kernels, int threads, string? path)
    {
        if (Environment.GetEnvironmentVariable(BoardFile.EnvironmentVariable) is { Length: > 0 } named && named == path && !File.Exists(path))
            throw new InputException(BoardFile.EnvironmentVariable, null, $"'{path}', which is not there", "a board file", "run 'temoto bench --calibrate', which writes it, or unset the variable");
        if (File.Exists(path))
        {
            var board = BoardFile.Read(path);
            if (board.Name == HostProcessor.Name && board.Kernels == kernels && board.Threads == threads)
                return board;
        }
        return Assumed(kernels, threads);
    }

    /// <summary>
    /// Assumed: a laptop's memory (12 GB/s for one thread, 40 GB/s for all), and per thread the rates that one core of a 2024 server reached with these kernels, rounded down.
    /// </summary>
    public static Board Assumed(string kernels, int threads)
    {
        // Billions per second and thread: decode int4, int8, the same packed; prefill int4, int8; float.
        var (decode4, decode8, packed4, packed8, prefill4, prefill8, single) = kernels switch
        {
            "avx512vnni" => (40, 60, 30.0, 40.0, 500, 500, 80),
            "avx512" => (40, 60, 20, 20, 350, 250, 80),
            "avxvnni" => (40, 60, 1, 0.5, 200, 250, 50),
            "avx2" => (15, 20, 1, 0.5, 50, 50, 40),
            "vector128" => (8, 10, 1, 0.5, 15, 15, 15),
            _ => (1, 1, 0.5, 0.3, 1, 1, 1),
        };
        // Without byte shuffles, rows are unpacked a byte at a time, whatever else the kernels do.
        if (!Processor.HasByteShuffles)
            (packed4, packed8) = (Math.Min(packed4, 1), Math.Min(packed8, 0.5));
        return new Board(
            HostProcessor.Name,
            "assumed",
            kernels,
            threads,
            HostProcessor.SecondLevelBytes,
            HostProcessor.LastLevelBytes,
            ReadBytesPerSecond: Math.Min(12e9 * threads, 40e9),
            CacheBytesPerSecond: 30e9 * threads,
            DecodeInt4OperationsPerSecond: decode4 * 1e9 * threads,
            DecodeInt8OperationsPerSecond: decode8 * 1e9 * threads,
            DecodeIdsInt4OperationsPerSecond: packed4 * 1e9 * threads,
            DecodeIdsInt8OperationsPerSecond: packed8 * 1e9 * threads,
            DecodeEscapesInt4OperationsPerSecond: packed4 * 1e9 * threads,
            DecodeEscapesInt8OperationsPerSecond: packed8 * 1e9 * threads,
            PrefillInt4OperationsPerSecond: prefill4 * 1e9 * threads,
            PrefillInt8OperationsPerSecond: prefill8 * 1e9 * threads,
            FloatOperationsPerSecond: single * 1e9 * threads,
            UnpackBytesPerSecond: 1e9 * threads,
            RegionSeconds: threads == 1 ? 0 : 2e-6);
    }
}
