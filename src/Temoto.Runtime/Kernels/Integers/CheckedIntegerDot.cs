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
    /// <summary>What rounds activations; null before the test.</summary>
    private volatile IntegerDot? rounding;

    /// <summary>[products, element types]: what passed, or what took its place; null before the test.</summary>
    private readonly IntegerDot?[,] chosen = new IntegerDot?[Enum.GetValues<IntegerProducts>().Length, Enum.GetValues<DType>().Length];

    private readonly Lock testing = new();

    public override int MostPanelTokens => kernel.MostPanelTokens;

    public override bool ReadsPastCaches => kernel.ReadsPastCaches;

    private IntegerDot Rounding => rounding ?? TestRounding();

    public override void Quantize(float* x, long columns, QuantizedRow destination) => Rounding.Quantize(x, columns, destination);

    public override void QuantizeToGrid(float* x, float scale, long columns, QuantizedRow destination) => Rounding.QuantizeToGrid(x, scale, columns, destination);

    /// <summary>Tests, and with that compiles, what has not been tested.</summary>
    public override void Prepare(Tensor weight)
    {
        _ = Rounding;
        Single(weight);
    }

    public override void PreparePanels(Tensor weight)
    {
        _ = Rounding;
        Chosen(weight.DType, IntegerProducts.Panels);
    }

    public override void PrepareSequences(Tensor weight) => Chosen(weight.DType, IntegerProducts.Sequences);

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var products = tokens == 1 ? Single(weight) : weight.Encoded?.Panels is null ? Chosen(weight.DType, IntegerProducts.Tokens) : OfPanels(weight, tokens);
        products.MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
    }

    /// <summary>Whose one-token products are in use computes these too. Where its several are wrong, it takes them one by one.</summary>
    public override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var single = Single(weight);
        if (single != kernel || weight.Encoded?.Panels is not null || Chosen(weight.DType, IntegerProducts.Sequences) == kernel)
        {
            single.MatVecs(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            return;
        }
        for (var token = 0; token < tokens; token++)
            single.MatMul(weight, rowStart, rowEnd, bias, x + token * QuantizedRow.Bytes(weight.Columns), 1, y + token * yStride, yStride, scratch);
    }

    public override long MatVecsScratchFloats(long columns, int rows, int tokens) => Math.Max(kernel.MatVecsScratchFloats(columns, rows, tokens), next.MatVecsScratchFloats(columns, rows, tokens));

    public override long MatMulScratchFloats(long columns, int rows) => Math.Max(kernel.MatMulScratchFloats(columns, rows), next.MatMulScratchFloats(columns, rows));

    /// <summary>Products of one token: panels, and packed rows that are multiplied as they lie, have kernels of their own.</summary>
    private IntegerDot Single(Tensor weight) => Chosen(
        weight.DType,
        weight.Encoded?.Panels is not null ? IntegerProducts.Panels
        : weight.Encoded?.Escaped is null || weight.Scales?.Zeros is not null ? IntegerProducts.OneToken
        : IntegerProducts.OneTokenPacked);

    /// <summary>Of many tokens whose rows are laid out plain both must have passed.</summary>
    private IntegerDot OfPanels(Tensor weight, int tokens)
    {
        var products = Chosen(weight.DType, IntegerProducts.Panels);
        return tokens > kernel.MostPanelTokens && products == kernel ? Chosen(weight.DType, IntegerProducts.Tokens) : products;
    }

    private IntegerDot Chosen(DType dtype, IntegerProducts products) => chosen[(int)products, (int)dtype] ?? Test(dtype, products);

    /// <summary>The first thread tests, others wait.</summary>
    private IntegerDot Test(DType dtype, IntegerProducts products)
    {
        lock (testing)
        {
            return chosen[(int)products, (int)dtype] ??= Judge(KernelSelfTest.Multiplies(kernel, dtype, products), products switch
            {
                IntegerProducts.OneToken => $"{dtype} products of one token",
                IntegerProducts.OneTokenPacked => $"products of one token with packed {dtype}",
                IntegerProducts.Panels => $"products with {dtype} in panels",
                IntegerProducts.Tokens => $"{dtype} products of several tokens",
                _ => $"{dtype} products of several sequences",
            }, products == IntegerProducts.Sequences ? "sequences are taken one by one" : "the next set's are used");
        }
    }

    /// <inheritdoc cref="Test"/>
    private IntegerDot TestRounding()
    {
        lock (testing)
            return rounding ??= Judge(KernelSelfTest.Rounds(kernel), "the rounding of activations", "the next set's are used");
    }

    /// <summary>What to use of <paramref name="what"/>; where that is not what was tested, the user is told.</summary>
    private IntegerDot Judge(bool passes, string what, string consequence)
    {
        if (passes)
            return kernel;
        report($"temoto: kernels {name}: {what} failed the self-test; {consequence}");
        return next;
    }
}
