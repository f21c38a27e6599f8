using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>Of the same rates measured at several moments, the median of each.</summary>
internal static class MedianRates
{
    /// <param name="rounds">One at least, all of the same machine, kernels and threads.</param>
    public static HostRates Of(IReadOnlyList<HostRates> rounds)
    {
        return new HostRates(
            Of(rates => rates.ReadBytesPerSecond),
            Of(rates => rates.CacheBytesPerSecond),
            Of(rates => rates.OneTokenInt4),
            Of(rates => rates.OneTokenInt8),
            Of(rates => rates.IdsInt4),
            Of(rates => rates.IdsInt8),
            Of(rates => rates.EscapesInt4),
            Of(rates => rates.EscapesInt8),
            Of(rates => rates.ManyTokensInt4),
            Of(rates => rates.ManyTokensInt8),
            Of(rates => rates.Float),
            Of(rates => rates.UnpackBytesPerSecond),
            Of(rates => rates.LaunchSeconds))
        {
            FloatAttention = OfPoints(rates => rates.FloatAttention),
            IntegerAttention = OfPoints(rates => rates.IntegerAttention),
            Passes = new PassRates(
                Of(rates => rates.Passes!.Softmax),
                Of(rates => rates.Passes!.RmsNorm),
                Of(rates => rates.Passes!.HeadNorm),
                Of(rates => rates.Passes!.Add),
                Of(rates => rates.Passes!.Relu),
                Of(rates => rates.Passes!.Gelu),
                Of(rates => rates.Passes!.SiluGate),
                Of(rates => rates.Passes!.Round),
                Of(rates => rates.Passes!.Rotary),
                Of(rates => rates.Passes!.StoreHalf),
                Of(rates => rates.Passes!.StoreInt8)),
            OneTokenBfloat16 = Of(rates => rates.OneTokenBfloat16!.Value),
            OverlapInt4 = Of(rates => rates.OverlapInt4!.Value),
            OverlapInt8 = Of(rates => rates.OverlapInt8!.Value),
            OverlapBfloat16 = Of(rates => rates.OverlapBfloat16!.Value),
        };

        double Of(Func<HostRates, double> figure) => Spread.Of([.. rounds.Select(figure)]).Median;

        Items<AttentionRate> OfPoints(Func<HostRates, Items<AttentionRate>> curve) =>
            [.. curve(rounds[0]).Index().Select(point => point.Item with { OperationsPerSecond = Of(rates => curve(rates)[point.Index].OperationsPerSecond) })];
    }
}
