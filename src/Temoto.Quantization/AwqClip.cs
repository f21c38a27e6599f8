using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// AWQ's clip search (llm-awq's auto_clip.py, AutoAWQ's quantizer.py): per row and group the largest magnitude that is kept, 1, 19/20 .. 11/20 of what it is, whichever
/// changes the group's part of the dot product least over a sample of tokens.
/// </summary>
internal static unsafe class AwqClip
{
    private const int GridSteps = 20;

    /// <summary>max_shrink 0.5: half of the grid is tried, the first step of which clips nothing.</summary>
    private const int Steps = GridSteps / 2;

    private const int ChunkRows = 16;

    /// <summary>Queries and keys are left alone: their error goes through a softmax.</summary>
    private static readonly string[] Exempt = ["q_", "k_", "query", "key", "Wqkv"];

    public static bool Applies(string linear) => !Exempt.Any(part => linear.Contains(part, StringComparison.Ordinal));

    /// <summary>Clamps the groups of a matrix.</summary>
    /// <param name="x">[tokens, columns] of the input that meets this matrix.</param>
    /// <param name="inputScales">What divides x; null for ones.</param>
    /// <returns>The share of groups that were clamped.</returns>
    /// <remarks>
    /// The loss of a change d of a group's weights is sum over tokens of (x . d)^2 = d^T (X^T X) d. Where the group has fewer columns than there are tokens, the Gram matrix
    /// X^T X, computed once for all rows, makes a candidate cost columns^2 instead of tokens x columns. Otherwise X itself is used: |X d|^2.
    /// </remarks>
    public static double Run(Tensor matrix, float* x, int tokens, float[]? inputScales, QuantizationSettings settings, ParallelKernels compute, CancellationToken cancellation)
    {
        var columns = (int)matrix.Columns;
        var groupSize = WeightEncoder.GroupColumns(settings.Weights, columns);
        var groups = (columns + groupSize - 1) / groupSize;
        var stride = Math.Max(1, tokens / settings.AwqClipTokens);
        var samples = Math.Min((tokens + stride - 1) / stride, settings.AwqClipTokens);
        var useGram = groupSize <= samples;
        var factorRows = useGram ? groupSize : samples;
        using var factors = new NativeBuffer((long)groups * factorRows * groupSize * sizeof(float));
        Factors(x, columns, stride, samples, inputScales, groupSize, groups, useGram, factors.Floats, compute);
        cancellation.ThrowIfCancellationRequested();

        var clipped = new long[matrix.Rows];
        var productFloats = compute.Kernels.MatMulScratchFloats(groupSize, factorRows);
        var changeFloats = (long)ChunkRows * Steps * groupSize;
        var scratch = compute.Scratch(productFloats + changeFloats + (long)ChunkRows * Steps * factorRows);
        ParallelRows.Run(compute.Pool, matrix.Rows, ChunkRows, (start, end, worker) =>
        {
            var changes = scratch[worker] + productFloats;
            var products = changes + changeFloats;
            var rows = (int)(end - start);
            for (var group = 0; group < groups; group++)
            {
                var first = group * groupSize;
                var width = Math.Min(groupSize, columns - first);
                var factorHeight = useGram ? width : samples;
                for (var row = 0; row < rows; row++)
                    Changes(new ReadOnlySpan<float>((float*)matrix.Row(start + row) + first, width), settings.Weights, changes + (long)row * Steps * width);
                var data = factors.Data + (long)group * factorRows * groupSize * sizeof(float);
                var factor = new Tensor("factor", DType.F32, [factorHeight, width], data, (long)factorHeight * width * sizeof(float), factors);
                compute.Kernels.MatMul(factor, 0, factorHeight, null, changes, rows * Steps, products, factorHeight, scratch[worker]);
                for (var row = 0; row < rows; row++)
                {
                    var best = Best(changes + (long)row * Steps * width, products + (long)row * Steps * factorHeight, width, factorHeight, useGram);
                    if (best == 0)
                        continue;
                    clipped[start + row]++;
                    Clamp(new Span<float>((float*)matrix.Row(start + row) + first, width), best);
                }
            }
        });
        return clipped.Sum() / ((double)matrix.Rows * groups);
    }

    /// <summary>Per group X^T X [width, width], or X [samples, width].</summary>
    private static void Factors(float* x, int columns, int stride, int samples, float[]? inputScales, int groupSize, int groups, bool useGram, float* factors, ParallelKernels compute)
    {
        var transposedFloats = (long)groupSize * samples;
        var scratch = compute.Scratch(transposedFloats + compute.Kernels.MatMulScratchFloats(samples, groupSize));
        ParallelRows.Run(compute.Pool, groups, 1, (start, _, worker) =>
        {
            var first = (int)start * groupSize;
            var width = Math.Min(groupSize, columns - first);
            var own = factors + start * (useGram ? groupSize : samples) * groupSize;
            var target = useGram ? scratch[worker] : own;
            for (var sample = 0; sample < samples; sample++)
            {
                var token = x + (long)sample * stride * columns + first;
                for (var column = 0; column < width; column++)
                    target[useGram ? (long)column * samples + sample : (long)sample * width + column] = inputScales is null ? token[column] : token[column] / inputScales[first + column];
            }
            if (!useGram)
                return;
            var transposed = new Tensor("transposed", DType.F32, [width, samples], (byte*)target, (long)width * samples * sizeof(float), compute);
            compute.Kernels.MatMul(transposed, 0, width, null, target, width, own, width, target + transposedFloats);
        });
    }

    /// <summary>What quantization adds to the weights of a group, for each step of the grid: [Steps, width].</summary>
    private static void Changes(ReadOnlySpan<float> weights, WeightFormat format, float* changes)
    {
        var (low, high) = GroupGrid.Range(weights);
        var magnitude = Math.Max(-low, high);
        for (var step = 0; step < Steps; step++, changes += weights.Length)
        {
            var limit = Limit(magnitude, step);
            var change = new Span<float>(changes, weights.Length);
            for (var i = 0; i < change.Length; i++)
                change[i] = Math.Clamp(weights[i], -limit, limit);
            GroupGrid.Fit(Math.Max(low, -limit), Math.Min(high, limit), format).RoundTrip(change, change);
            for (var i = 0; i < change.Length; i++)
                change[i] -= weights[i];
        }
    }

    private static int Best(float* changes, float* products, int width, int factorHeight, bool useGram)
    {
        var best = 0;
        var least = double.PositiveInfinity;
        for (var step = 0; step < Steps; step++, changes += width, products += factorHeight)
        {
            var loss = 0d;
            for (var i = 0; i < factorHeight; i++)
                loss += (double)products[i] * (useGram ? changes[i] : products[i]);
            if (loss < least)
                (best, least) = (step, loss);
        }
        return best;
    }

    private static void Clamp(Span<float> weights, int step)
    {
        var (low, high) = GroupGrid.Range(weights);
        var limit = Limit(Math.Max(-low, high), step);
        for (var i = 0; i < weights.Length; i++)
            weights[i] = Math.Clamp(weights[i], -limit, limit);
    }

    private static float Limit(float magnitude, int step) => magnitude * (1 - step / (float)GridSteps);
}
