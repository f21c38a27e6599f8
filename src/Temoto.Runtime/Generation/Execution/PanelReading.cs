using System.Diagnostics;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Planning.Host;
using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Generation.Execution;

/// <summary>
/// How one token asks for weights in panels ahead of their use: into all caches, or past all but the core's first (<see cref="PanelRows.PastCaches"/>). Lines that are read once then neither drive others out nor are written on to the next
/// cache; but what caches could have held until the next token they do not hold. The first is right for models that caches hold, the second for larger ones unless the processor disagrees: it is measured on the model's own weights, in passes of one token. Results are the same.
/// </summary>
internal sealed unsafe class PanelReading : IParallelWork, IDisposable
{
    /// <summary>Of weights that are read in a pass: more than caches hold of any machine that this is for.</summary>
    private const long MostBytes = 256 << 20;

    /// <summary>Fewer lie in caches, and are not worth a measurement.</summary>
    private const long LeastBytes = 16 << 20;

    /// <summary>Passes of each way, in turn.</summary>
    private const int Rounds = 3;

    /// <summary>Passes into all caches must take less than this of the others: so few passes are uncertain by as much, and reading past them was the faster for all of five models of 80 MB and more.</summary>
    private const double ClearlyFaster = 0.95;

    private readonly IntegerDot integers;
    private readonly List<(Tensor Weight, long Start, long End)> chunks = [];

    /// <summary>Activations: zeros.</summary>
    private readonly NativeBuffer x;

    /// <summary>[threads], a chunk's output and the kernel's scratch.</summary>
    private readonly NativeBuffer scratch;

    private readonly long scratchFloats;
    private readonly long outputFloats;

    private PanelReading(IReadOnlyList<Tensor> weights, IntegerDot integers, int threads)
    {
        this.integers = integers;
        foreach (var weight in weights)
        {
            // As a plan cuts them.
            var rows = Math.Max(1, HostBoard.OneTokenBytes / weight.Encoded!.Panels!.Layout.PanelBytes) * PanelLayout.Rows;
            for (long start = 0; start < weight.Rows; start += rows)
                chunks.Add((weight, start, Math.Min(weight.Rows, start + rows)));
            outputFloats = Math.Max(outputFloats, rows);
            scratchFloats = Math.Max(scratchFloats, integers.MatMulScratchFloats(weight.Columns, (int)rows));
        }
        x = new NativeBuffer(QuantizedRow.Bytes(weights.Max(weight => weight.Columns)));
        scratch = new NativeBuffer(threads * (outputFloats + scratchFloats) * sizeof(float));
    }

    /// <summary>Measures both ways and leaves the weights with the better one.</summary>
    /// <param name="weights">Of a model, in the order of their use; those in panels count.</param>
    /// <returns>Whether it is past the caches; null where there was nothing to choose.</returns>
    public static bool? Choose(IEnumerable<Tensor> weights, IntegerDot? integers, WorkerPool pool)
    {
        if (integers is not { ReadsPastCaches: true })
            return null;
        var all = weights.Where(weight => weight.Encoded?.Panels is not null).Distinct().ToList();
        if (all.Sum(weight => weight.Encoded!.ByteLength) < LeastBytes)
            return null;
        var past = IsBetterPast(all, integers, pool);
        foreach (var weight in all)
            weight.Encoded!.Panels!.PastCaches = past;
        return past;
    }

    private static bool IsBetterPast(List<Tensor> all, IntegerDot integers, WorkerPool pool)
    {
        long bytes = 0;
        var measured = all.TakeWhile(weight => (bytes += weight.Encoded!.ByteLength) <= MostBytes || bytes == weight.Encoded!.ByteLength).ToList();
        using var reading = new PanelReading(measured, integers, pool.Threads);
        // The first is not counted.
        Pass(past: false);
        List<double> into = [], past = [];
        for (var round = 0; round < Rounds; round++)
        {
            // In the other order every second time.
            if (round % 2 == 0)
                into.Add(Pass(past: false));
            past.Add(Pass(past: true));
            if (round % 2 == 1)
                into.Add(Pass(past: false));
        }
        return Median(into) > ClearlyFaster * Median(past);

        double Pass(bool past)
        {
            foreach (var weight in measured)
                weight.Encoded!.Panels!.PastCaches = past;
            var start = Stopwatch.GetTimestamp();
            pool.Run(reading, reading.chunks.Count);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static double Median(List<double> seconds) => seconds.Order().ElementAt(seconds.Count / 2);

    public void Execute(int chunk, int worker)
    {
        var (weight, start, end) = chunks[chunk];
        var output = scratch.Floats + worker * (outputFloats + scratchFloats);
        integers.MatMul(weight, start, end, null, x.Data, 1, output, 0, output + outputFloats);
    }

    public void Dispose()
    {
        x.Dispose();
        scratch.Dispose();
    }
}
