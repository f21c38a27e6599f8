using Temoto.Evaluation.Seeded;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Quantization;
using Temoto.Tensors;

namespace Temoto.Tests.Quantization;

public unsafe class AwqClipTests
{
    /// <summary>
    /// Against the definition, with all tokens: few columns per group take the Gram matrix, 160 columns and 40 tokens the tokens themselves. Two steps of the grid may lie so
    /// close that float32 and float64 choose differently: what is compared is the loss, to 1e-4.
    /// </summary>
    [Theory]
    [InlineData(32, 80, 40, true)]
    [InlineData(32, 64, 300, true)]
    [InlineData(0, 160, 40, false)]
    public void EachGroupTakesTheLimitOfTheLeastLoss(int groupSize, int columns, int tokens, bool withScales)
    {
        const int Rows = 18;
        var format = new WeightFormat(DType.I4, groupSize, ZeroPoints: true);
        var original = new float[Rows * columns];
        SeededWeights.Fill(SeededWeights.Stream(4, "w"), 0, 0, 0.1, original);
        // Outliers, so that clipping pays.
        for (var i = 0; i < original.Length; i += 23)
            original[i] *= 5;
        var x = new float[tokens * columns];
        SeededWeights.Fill(SeededWeights.Stream(4, "x"), 0, 0, 1, x);
        var scales = withScales ? Enumerable.Range(0, columns).Select(i => 0.5f + i % 3).ToArray() : null;
        var matrix = TinyCheckpoint.Floats("w", [Rows, columns], original);
        using var pool = new WorkerPool(2);
        using var compute = new ParallelKernels(KernelChooser.Choose(null), pool);
        var settings = new QuantizationSettings { Method = QuantizationMethod.Awq, Weights = format, LmHead = WeightFormat.F16, Embedding = WeightFormat.F16 };
        double share;
        fixed (float* input = x)
            share = AwqClip.Run(matrix, input, tokens, scales, settings, compute, default);

        var size = groupSize == 0 ? columns : groupSize;
        var clipped = 0;
        var groups = 0;
        for (var row = 0; row < Rows; row++)
        {
            for (var first = 0; first < columns; first += size)
            {
                groups++;
                var width = Math.Min(size, columns - first);
                var weights = original.AsSpan(row * columns + first, width).ToArray();
                var result = new ReadOnlySpan<float>((float*)matrix.Row(row) + first, width).ToArray();
                var losses = Enumerable.Range(0, 10).Select(step => Loss(Clamped(weights, step), weights)).ToArray();
                Assert.InRange(Loss(result, weights), losses.Min() * (1 - 1e-4), losses.Min() * (1 + 1e-4));
                if (!weights.SequenceEqual(result))
                    clipped++;

                double Loss(float[] kept, float[] before)
                {
                    var rounded = new float[width];
                    GroupGrid.Fit(kept, format).RoundTrip(kept, rounded);
                    var loss = 0d;
                    for (var token = 0; token < tokens; token++)
                    {
                        var change = 0d;
                        for (var i = 0; i < width; i++)
                            change += ((double)rounded[i] - before[i]) * x[token * columns + first + i] / (scales?[first + i] ?? 1);
                        loss += change * change;
                    }
                    return loss;
                }
            }
        }
        Assert.Equal(clipped / (double)groups, share, 1e-9);
        Assert.InRange(share, 0.2, 0.99);
    }

    [Theory]
    [InlineData("self_attn.q_proj", false)]
    [InlineData("self_attn.k_proj", false)]
    [InlineData("self_attn.v_proj", true)]
    [InlineData("self_attn.o_proj", true)]
    [InlineData("self_attn.out_proj", true)]
    [InlineData("mlp.gate_proj", true)]
    [InlineData("mlp.down_proj", true)]
    [InlineData("fc1", true)]
    public void QueriesAndKeysAreExempt(string linear, bool applies) => Assert.Equal(applies, AwqClip.Applies(linear));

    private static float[] Clamped(float[] weights, int step)
    {
        var limit = weights.Max(Math.Abs) * (1 - step / 20f);
        return [.. weights.Select(weight => Math.Clamp(weight, -limit, limit))];
    }
}
