using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Tests.Planning;

public class PassPriceTests
{
    private const int Tokens = 8;

    private static BoardUnit Pass(Epilogue pass, double rate) => PricedModel.Unit(WorkKind.Elementwise, rate) with { Pass = pass };

    private static double Seconds(string shape, StepKind kind, BoardUnit unit, KvCacheType kv = KvCacheType.F16) => Seconds(shape, kind, kv, unit);

    /// <summary>Of the first step of a kind in the prompt's plan; products and attention take no time.</summary>
    private static double Seconds(string shape, StepKind kind, KvCacheType kv, params BoardUnit[] units)
    {
        var board = PricedModel.OnlyWork([.. units, PricedModel.Unit(WorkKind.Attention, 1e18)]);
        var (prefill, _) = PricedModel.Plans(shape, board, kv: kv);
        var price = PlanPrice.Of(prefill, board, Tokens, 0).First(price => price.Step.Kind == kind);
        return price.ComputeSeconds - price.Operations / 1e18;
    }

    [Fact]
    public void WorkIsDoneByTheUnitThatNamesIt()
    {
        // 160 columns pass the gate.
        Assert.Equal(Tokens * 160 / 1e6, Seconds("tiny-qwen2", StepKind.GatedLinear, Pass(Epilogue.Gate, 1e6)), 1e-9);
        Assert.Equal(Tokens * 160 / 1e6, Seconds("tiny-qwen2", StepKind.GatedLinear, Pass(Epilogue.Gate, 1e6) with { Function = Activation.Silu }), 1e-9);
        Assert.Equal(0, Seconds("tiny-qwen2", StepKind.GatedLinear, Pass(Epilogue.Gate, 1e6) with { Function = Activation.Gelu }), 1e-12);
        Assert.Equal(0, Seconds("tiny-qwen2", StepKind.GatedLinear, Pass(Epilogue.Rotary, 1e6)), 1e-12);
        // Named before unnamed, in whatever order they stand.
        Assert.Equal(Tokens * 160 / 1e6, Seconds("tiny-qwen2", StepKind.GatedLinear, KvCacheType.F16, PricedModel.Unit(WorkKind.Elementwise, 1e3), Pass(Epilogue.Gate, 1e6)), 1e-9);
    }

    /// <summary>A unit that names nothing does the elementwise work of loops, as boards without names always had it, and no epilogues.</summary>
    [Fact]
    public void AUnitWithoutANameDoesTheWorkOfLoopsAlone()
    {
        var any = PricedModel.Unit(WorkKind.Elementwise, 1e6);
        Assert.Equal(Tokens * 160 / 1e6, Seconds("tiny-qwen2", StepKind.GatedLinear, any), 1e-9);
        Assert.Equal(Tokens * 64 / 1e6, Seconds("tiny-qwen2", StepKind.Embed, any), 1e-9);
        Assert.Equal(0, Seconds("tiny-qwen2", StepKind.Linear, any), 1e-12);
        Assert.Equal(0, Seconds("tiny-qwen2", StepKind.HeadProjections, any), 1e-12);
    }

    [Fact]
    public void EpiloguesCountWhereAUnitNamesThem()
    {
        // Attention's output projection is added to a residual of 64; the first product of OPT's feed-forward passes its function.
        Assert.Equal(Tokens * 64 / 1e6, Seconds("tiny-qwen2", StepKind.Linear, Pass(Epilogue.Residual, 1e6)), 1e-9);
        var board = PricedModel.OnlyWork(Pass(Epilogue.Activation, 1e6) with { Function = Activation.Relu });
        var (opt, _) = PricedModel.Plans("tiny-opt", board);
        var first = PlanPrice.Of(opt, board, Tokens, 0).First(price => price.Step.Function == Activation.Relu);
        Assert.Equal(Tokens * 160 / 1e6, first.ComputeSeconds - first.Operations / 1e18, 1e-9);
    }

    /// <summary>Queries and keys are turned, and normed where the model has weights for it: 4 and 2 heads.</summary>
    [Fact]
    public void HeadsAreTurnedAndNormed()
    {
        Assert.Equal(Tokens * (4 + 2) * 16 / 1e6, Seconds("tiny-qwen2", StepKind.HeadProjections, Pass(Epilogue.Rotary, 1e6)), 1e-9);
        Assert.Equal(0, Seconds("tiny-qwen2", StepKind.HeadProjections, Pass(Epilogue.HeadNorm, 1e6)), 1e-12);
        Assert.Equal(Tokens * (4 + 2) * 32 / 1e6, Seconds("tiny-qwen3", StepKind.HeadProjections, Pass(Epilogue.HeadNorm, 1e6)), 1e-9);
    }

    [Fact]
    public void KeysAndValuesAreStoredInTheCachesFormat()
    {
        var half = Pass(Epilogue.Round, 1e6) with { Operands = [NumberType.Float16] };
        Assert.Equal(Tokens * 2 * 2 * 16 / 1e6, Seconds("tiny-qwen2", StepKind.HeadProjections, half), 1e-9);
        Assert.Equal(0, Seconds("tiny-qwen2", StepKind.HeadProjections, half, KvCacheType.Int8), 1e-12);
        // Activations are another matter, which the norm rounds.
        var integers = PricedModel.Unit(WorkKind.Product, 1e18) with { Operands = [NumberType.Int8], Activations = [Format.Int8Blocks], ColumnMultiple = 32 };
        Assert.Equal(0, Seconds("tiny-qwen2", StepKind.HeadProjections, Pass(Epilogue.Round, 1e6)), 1e-12);
        Assert.Equal(Tokens * 64 / 1e6, Seconds("tiny-qwen2", StepKind.RmsNorm, KvCacheType.F16, Pass(Epilogue.Round, 1e6), integers), 1e-9);
        Assert.Equal(0, Seconds("tiny-qwen2", StepKind.RmsNorm, KvCacheType.F16, half, integers), 1e-12);
    }
}
