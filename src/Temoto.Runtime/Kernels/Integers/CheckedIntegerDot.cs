using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// Integer products that are tested before they are used: per weight type, for one token, for several and for several sequences, one token with packed rows, and the rounding of activations, each once at its first use. What fails is
/// reported and left to the next products.
/// </summary>
/// <param name="name">Of the kernels, for the report.</param>
/// <param name="kernel">What is tested.</param>
/// <param name="next">What takes its place.</param>
/// <param name="report">Takes a line for the user.</param>
internal sealed unsafe class CheckedIntegerDot(string name, IntegerDot kernel, IntegerDot next, Action<string> report) : IntegerDot
{
    /// <summary>The place of the rounding among the tested; products follow, three for each kind of weight.</summary>
    private const int Rounding = 0;

    /// <summary>The place of one token times I8 in the escape code; I4 follows.</summary>
    private const int Escaped = 1 + 3 * 8;

    /// <summary>What passed, or what took its place; null before the test.</summary>
    private readonly IntegerDot?[] chosen = new IntegerDot?[2 + Escaped];

    public override void Quantize(float* x, long columns, QuantizedRow destination) => (chosen[Rounding] ?? Test(Rounding, default, default)).Quantize(x, columns, destination);

    public override void QuantizeToGrid(float* x, float scale, long columns, QuantizedRow destination) =>
        (chosen[Rounding] ?? Test(Rounding, default, default)).QuantizeToGrid(x, scale, columns, destination);

    /// <summary>Tests, and with that compiles, what has not been tested.</summary>
    public override void Prepare(Tensor weight)
    {
        if (chosen[Rounding] is null)
            Test(Rounding, default, default);
        Single(weight);
    }

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var products = tokens == 1 ? Single(weight) : Chosen(weight.DType, IntegerProducts.Tokens);
        products.MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
    }

    /// <summary>Whose one-token products are in use computes these too. Where its several are wrong, it takes them one by one.</summary>
    public override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var single = Single(weight);
        if (single != kernel || Chosen(weight.DType, IntegerProducts.Sequences) == kernel)
        {
            single.MatVecs(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            return;
        }
        for (var token = 0; token < tokens; token++)
            single.MatMul(weight, rowStart, rowEnd, bias, x + token * QuantizedRow.Bytes(weight.Columns), 1, y + token * yStride, yStride, scratch);
    }

    public override long MatVecsScratchFloats(long columns, int rows, int tokens) => Math.Max(kernel.MatVecsScratchFloats(columns, rows, tokens), next.MatVecsScratchFloats(columns, rows, tokens));

    public override long MatMulScratchFloats(long columns, int rows) => Math.Max(kernel.MatMulScratchFloats(columns, rows), next.MatMulScratchFloats(columns, rows));

    /// <summary>Products of one token: packed rows that are multiplied as they lie have kernels of their own.</summary>
    private IntegerDot Single(Tensor weight)
    {
        if (weight.Encoded?.Escaped is null || weight.Scales?.Zeros is not null)
            return Chosen(weight.DType, IntegerProducts.OneToken);
        var place = Escaped + (weight.DType == DType.I8 ? 0 : 1);
        return chosen[place] ?? Test(place, weight.DType, IntegerProducts.OneToken);
    }

    private IntegerDot Chosen(DType dtype, IntegerProducts products)
    {
        var kind = dtype switch
        {
            DType.Q8_0 => 0,
            DType.Q4_0 => 1,
            DType.I8 => 2,
            DType.Q4_K => 3,
            DType.Q5_K => 4,
            DType.Q6_K => 5,
            DType.Q5_0 => 6,
            _ => 7,
        };
        var place = 1 + 3 * kind + (int)products;
        return chosen[place] ?? Test(place, dtype, products);
    }

    /// <summary>The first thread tests, others wait.</summary>
    private IntegerDot Test(int place, DType dtype, IntegerProducts products)
    {
        lock (chosen)
        {
            if (chosen[place] is { } tested)
                return tested;
            var passes = place switch
            {
                Rounding => KernelSelfTest.Rounds(kernel),
                >= Escaped => KernelSelfTest.MultipliesEscaped(kernel, dtype),
                _ => KernelSelfTest.Multiplies(kernel, dtype, products),
            };
            if (!passes)
            {
                var what = place == Rounding ? "the rounding of activations" : place >= Escaped ? $"products of one token with packed {dtype}" : dtype + products switch
                {
                    IntegerProducts.OneToken => " products of one token",
                    IntegerProducts.Tokens => " products of several tokens",
                    _ => " products of several sequences",
                };
                report($"temoto: kernels {name}: {what} failed the self-test; {(products == IntegerProducts.Sequences ? "sequences are taken one by one" : "the next set's are used")}");
            }
            return chosen[place] = passes ? kernel : next;
        }
    }
}
