using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>Measures what steps do beside products, in rows as long as steps take them.</summary>
internal static unsafe class PassCalibration
{
    /// <summary>Figures that are measured.</summary>
    public const int Figures = 11;

    /// <summary>Columns of a tile whose products are stored: as many rows of a weight as a chunk takes.</summary>
    private const int TileColumns = 32;

    private const int HeadDim = 64, TilePositions = 64;

    private const float Epsilon = 1e-6f;

    /// <param name="step">Carries out one measurement; it may count and cancel.</param>
    public static PassRates Measure(KernelSet kernels, WorkerPool pool, double seconds, Func<Func<double>, double> step)
    {
        return new PassRates(
            Softmax: Rate((values, others, written) => Softmax(kernels, values, written)),
            RmsNorm: Rate((values, others, written) => kernels.RmsNorm(values, others, Epsilon, values, PassLoop.Elements)),
            HeadNorm: Rate((values, others, written) => EachRow(HeadDim, at => kernels.RmsNorm(values + at, others, Epsilon, values + at, HeadDim))),
            Add: Rate((values, others, written) => EachRow(TileColumns, at => kernels.Add(values + at, others + at, TileColumns))),
            Relu: Rate((values, others, written) => kernels.Relu(values, PassLoop.Elements)),
            Gelu: Rate((values, others, written) => kernels.Gelu(values, PassLoop.Elements)),
            SiluGate: Rate((values, others, written) => kernels.SiluMultiply(values, others, PassLoop.Elements)),
            Round: Rate((values, others, written) => Round(kernels, values, written)),
            Rotary: Rate((values, others, written) => EachRow(HeadDim, at => kernels.Rope(values + at, others, others + HeadDim, HeadDim, interleaved: false))),
            StoreHalf: Rate((values, others, written) => Store(kernels, new KvHeadView(NumberType.Float16, written, null, HeadDim), values)),
            StoreInt8: Rate((values, others, written) => Store(kernels, new KvHeadView(NumberType.Int8, written, others, HeadDim), values)));

        double Rate(PassLoop.Pass pass) => step(() =>
        {
            using var loop = new PassLoop(kernels, pool.Threads, pass);
            return loop.ElementsPerSecond(pool, seconds);
        });
    }

    private static void EachRow(int width, Action<int> row)
    {
        for (var at = 0; at < PassLoop.Elements; at += width)
            row(at);
    }

    /// <summary>Scores of a tile of positions whose largest is known: outputs are not scaled anew.</summary>
    private static void Softmax(KernelSet kernels, float* scores, byte* written)
    {
        const int queries = PassLoop.Elements / TilePositions;
        var totals = (float*)written;
        var largest = totals + queries;
        new Span<float>(largest, queries).Fill(1);
        var tile = new AttentionTile(scores, totals, largest, totals, queries, 1, HeadDim, TilePositions, 0);
        kernels.ContinueSoftmax(tile, scores, TilePositions, 0, TilePositions);
    }

    /// <summary>To int8 where kernels multiply it, else to a grid.</summary>
    private static void Round(KernelSet kernels, float* values, byte* written)
    {
        if (kernels.Integers is { } integers)
            EachRow(TileColumns, at => integers.Quantize(values + at, TileColumns, new QuantizedRow(written, PassLoop.Elements).From(at)));
        else
            EachRow(TileColumns, at => kernels.RoundToGrid(values + at, 0.01f, values + at, TileColumns));
    }

    /// <summary>As many keys as values.</summary>
    private static void Store(KernelSet kernels, KvHeadView view, float* values)
    {
        const int positions = PassLoop.Elements / HeadDim;
        for (var position = 0; position < positions; position++)
        {
            if (position % 2 == 0)
                kernels.StoreKey(values + position * HeadDim, view, position);
            else
                kernels.StoreValue(values + position * HeadDim, view, position);
        }
    }
}
