using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

public class DecisionTextTests
{
    private static readonly Candidate Way = new(DataflowMode.Tphs, ReportSamples.Kv260.Board, null!);

    private static readonly Decision OfPrompt = new(512, null, 129.792, [
        new ComparedWay(Way with { Packed = true, RunTokens = 64 }, 0.8322894, 8_153_829_760),
        new ComparedWay(Way with { Dataflow = DataflowMode.Gemm, OnlyDevice = "cpu", Packed = false }, 1.5, null),
    ]);

    private static readonly Decision OfToken = new(1, 300, 12, [new ComparedWay(Way, 0.0174771, 282_300_000)]);

    [Theory]
    [InlineData(false, "512 tokens at 129.792 Gbit/s: tphs, packed, 64 tokens a run, 832.289 ms and 8153.830 MB; gemm, cpu alone, plain, at least 1500.000 ms")]
    [InlineData(true, "プロンプト 512 トークン、129.792 Gbit/s：tphs、圧縮あり、1 回に 64 トークン、832.289 ms、8153.830 MB；gemm、cpu のみ、圧縮なし、1500.000 ms 以上")]
    public void APromptsWaysAreTold(bool japanese, string expected) => Assert.Equal(expected, DecisionText.Of(OfPrompt, TextsOf(japanese)));

    [Theory]
    [InlineData(false, "a token at 300 at 12 Gbit/s: tphs, 17.477 ms and 282.300 MB")]
    [InlineData(true, "キャッシュに 300 トークンあるときの 1 トークン、12 Gbit/s：tphs、17.477 ms、282.300 MB")]
    public void ATokensWaysAreTold(bool japanese, string expected) => Assert.Equal(expected, DecisionText.Of(OfToken, TextsOf(japanese)));

    private static Texts TextsOf(bool japanese) => new(japanese ? ReportLanguage.Japanese : ReportLanguage.English);
}
