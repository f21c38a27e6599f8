using Temoto.Kernels.Attention;
using Temoto.Plans;

namespace Temoto.Planning.Host;

/// <summary>Units of this computer for what is no product with weights.</summary>
/// <param name="device">The one device there is.</param>
internal sealed class HostUnits(string device, Evidence evidence, string source)
{
    /// <summary>
    /// Of steps whose activations are written when the arithmetic of a chunk has ended, and read again in short rows that lie apart: nothing asks for them ahead.
    /// </summary>
    public static Figure NothingHides { get; } = new(0, "1", Evidence.Computed, "rows of activations are read before and written after the arithmetic of their chunk, not beside it");

    /// <summary>
    /// A unit for each point of the curve: for one token, whose cache is read in a row and hides behind the products, and for many, which hand each other scores.
    /// </summary>
    /// <param name="integers">Over an int8 cache in integers.</param>
    public IEnumerable<BoardUnit> Attention(Items<AttentionRate> rates, bool integers)
    {
        foreach (var tokens in (TokenCount[])[TokenCount.One, TokenCount.Many])
        {
            foreach (var rate in rates)
            {
                yield return new BoardUnit(device, WorkKind.Attention, integers ? [NumberType.Int8] : [], integers ? [Format.Int8Blocks] : [], tokens)
                {
                    ColumnMultiple = integers ? IntegerAttention.DimensionMultiple : null,
                    Queries = rate.Queries,
                    OperationsPerSecond = Rate(rate.OperationsPerSecond),
                    Overlap = tokens == TokenCount.Many ? NothingHides : null,
                };
            }
        }
    }

    /// <summary>Softmax, norms, and elementwise passes; the last unit is for passes that no other names.</summary>
    public IEnumerable<BoardUnit> Passes(PassRates rates) =>
    [
        Unit(WorkKind.Softmax, rates.Softmax),
        Unit(WorkKind.Norm, rates.RmsNorm),
        Pass(Epilogue.HeadNorm, rates.HeadNorm),
        Pass(Epilogue.Residual, rates.Add),
        Pass(Epilogue.Activation, rates.Relu) with { Function = Activation.Relu },
        Pass(Epilogue.Activation, rates.Gelu) with { Function = Activation.Gelu },
        Pass(Epilogue.Gate, rates.SiluGate) with { Function = Activation.Silu },
        Pass(Epilogue.Round, rates.StoreHalf) with { Operands = [NumberType.Float16] },
        Pass(Epilogue.Round, rates.StoreInt8) with { Operands = [NumberType.Int8] },
        Pass(Epilogue.Round, rates.Round),
        Pass(Epilogue.Rotary, rates.Rotary),
        Unit(WorkKind.Elementwise, rates.Add),
    ];

    private BoardUnit Pass(Epilogue pass, double elementsPerSecond) => Unit(WorkKind.Elementwise, elementsPerSecond) with { Pass = pass };

    private BoardUnit Unit(WorkKind work, double elementsPerSecond) => new(device, work, [], [], TokenCount.Any) { OperationsPerSecond = Rate(elementsPerSecond), Overlap = NothingHides };

    private Figure Rate(double value) => new(value, "op/s", evidence, source);
}
