using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>
/// Integer products that are tested before they are used: per weight type, for one token and for several, one token with packed rows, and the rounding of activations, each once at its first use. What fails is
/// reported and left to the next products.
/// </summary>
/// <param name="name">Of the kernels, for the report.</param>
/// <param name="kernel">What is tested.</param>
/// <param name="next">What takes its place.</param>
/// <param name="report">Takes a line for the user.</param>
internal sealed unsafe class CheckedIntegerDot(string name, IntegerDot kernel, IntegerDot next, Action<string> report) : IntegerDot
{
    /// <summary>The place of the rounding among the tested; products follow, two for each kind of weight.</summary>
    private const int Rounding = 0;

    /// <summary>The place of one token times I8 in the escape code; I4 follows.</summary>
    private const int Escaped = 1 + 2 * 7;

    /// <summary>What passed, or what took its place; null before the test.</summary>
    private readonly IntegerDot?[] chosen = new IntegerDot?[2 + Escaped];

    public override void Quantize(float* x, long columns, QuantizedRow destination) => (chosen[Rounding] ?? Test(Rounding, default, false)).Quantize(x, columns, destination);

    public override void QuantizeToGrid(float* x, float scale, long columns, QuantizedRow destination) =>
        (chosen[Rounding] ?? Test(Rounding, default, false)).QuantizeToGrid(x, scale, columns, destination);

    /// <summary>Tests, and with that compiles, what has not been tested.</summary>
    public override void Prepare(DType dtype, bool oneToken)
    {
        if (chosen[Rounding] is null)
            Test(Rounding, default, false);
        var place = PlaceOf(dtype, oneToken);
        if (chosen[place] is null)
            Test(place, dtype, oneToken);
    }

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var place = tokens == 1 && weight.Encoded?.Escaped is not null ? Escaped + (weight.DType == DType.I8 ? 0 : 1) : PlaceOf(weight.DType, tokens == 1);
        (chosen[place] ?? Test(place, weight.DType, tokens == 1)).MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
    }

    public override long MatMulScratchFloats(long columns, int rows) => Math.Max(kernel.MatMulScratchFloats(columns, rows), next.MatMulScratchFloats(columns, rows));

    private static int PlaceOf(DType dtype, bool oneToken) => (oneToken ? 1 : 2) + dtype switch
    {
        DType.Q8_0 => 0,
        DType.Q4_0 => 2,
        DType.I8 => 4,
        DType.Q4_K => 6,
        DType.Q5_K => 8,
        DType.Q6_K => 10,
        _ => 12,
    };

    /// <summary>The first thread tests, others wait.</summary>
    private IntegerDot Test(int place, DType dtype, bool oneToken)
    {
        lock (chosen)
        {
            if (chosen[place] is { } tested)
                return tested;
            var passes = place switch
            {
                Rounding => KernelSelfTest.Rounds(kernel),
                >= Escaped => KernelSelfTest.MultipliesEscaped(kernel, dtype),
                _ => KernelSelfTest.Multiplies(kernel, dtype, oneToken),
            };
            if (!passes)
            {
                var what = place == Rounding ? "the rounding of activations" : place >= Escaped ? $"products of one token with packed {dtype}" : $"{dtype} products of {(oneToken ? "one token" : "several tokens")}";
                report($"temoto: kernels {name}: {what} failed the self-test; the next set's are used");
            }
            return chosen[place] = passes ? kernel : next;
        }
    }
}
