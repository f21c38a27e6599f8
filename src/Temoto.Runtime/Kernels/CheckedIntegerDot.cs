using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>
/// Integer products that are tested before they are used: per weight type, for one token and for several, and the rounding of activations, each once at its first use. What fails is
/// reported and left to the next products.
/// </summary>
internal sealed unsafe class CheckedIntegerDot : IntegerDot
{
    private readonly IntegerDot kernel;
    private readonly IntegerDot next;
    private readonly Lazy<IntegerDot> rounding;

    // By kind of weight.
    private readonly Lazy<IntegerDot>[] oneToken;
    private readonly Lazy<IntegerDot>[] severalTokens;

    /// <param name="name">Of the kernels, for the report.</param>
    /// <param name="kernel">What is tested.</param>
    /// <param name="next">What takes its place.</param>
    /// <param name="report">Takes a line for the user.</param>
    public CheckedIntegerDot(string name, IntegerDot kernel, IntegerDot next, Action<string> report)
    {
        this.kernel = kernel;
        this.next = next;
        rounding = Choose(() => KernelSelfTest.Rounds(kernel), "the rounding of activations");
        DType[] kinds = [DType.Q8_0, DType.Q4_0, DType.I8, DType.Q4_K, DType.Q5_K, DType.Q6_K, DType.I4];
        oneToken = [.. kinds.Select(dtype => Choose(() => KernelSelfTest.Multiplies(kernel, dtype, oneToken: true), $"{dtype} products of one token"))];
        severalTokens = [.. kinds.Select(dtype => Choose(() => KernelSelfTest.Multiplies(kernel, dtype, oneToken: false), $"{dtype} products of several tokens"))];

        Lazy<IntegerDot> Choose(Func<bool> test, string what) => new(() =>
        {
            if (test())
                return kernel;
            report($"temoto: kernels {name}: {what} failed the self-test; the next set's are used");
            return next;
        });
    }

    public override void Quantize(float* x, long columns, QuantizedRow destination) => rounding.Value.Quantize(x, columns, destination);

    public override void QuantizeToGrid(float* x, float scale, long columns, QuantizedRow destination) => rounding.Value.QuantizeToGrid(x, scale, columns, destination);

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var kind = weight.DType switch
        {
            DType.Q8_0 => 0,
            DType.Q4_0 => 1,
            DType.I8 => 2,
            DType.Q4_K => 3,
            DType.Q5_K => 4,
            DType.Q6_K => 5,
            _ => 6,
        };
        (tokens == 1 ? oneToken : severalTokens)[kind].Value.MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
    }

    public override long MatMulScratchFloats(long columns, int rows) => Math.Max(kernel.MatMulScratchFloats(columns, rows), next.MatMulScratchFloats(columns, rows));
}
