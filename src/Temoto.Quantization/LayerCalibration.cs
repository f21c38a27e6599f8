using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// One float layer and what the calibration sequences do in it: the input of every linear layer, the outputs that errors are measured on. Its errors are sums of squares
/// over all tokens, in a fixed order.
/// </summary>
internal sealed unsafe class LayerCalibration : IDisposable
{
    private readonly CalibrationStream stream;
    private readonly ParallelKernels compute;
    private readonly Dictionary<int, NativeBuffer> captured = [];
    private readonly Dictionary<int, float[]> meanMagnitudes = [];
    private readonly Dictionary<int, float[]> largestMagnitudes = [];
    private readonly Dictionary<int, double> energies = [];
    private readonly Value input;
    private readonly Value output;

    /// <summary>Takes the stream through the layer and keeps what is needed on the way.</summary>
    public LayerCalibration(GraphSlice slice, LayerWeights weights, IReadOnlyList<BoundGroup> groups, CalibrationStream stream, ParallelKernels compute, CancellationToken cancellation)
    {
        this.stream = stream;
        this.compute = compute;
        Slice = slice;
        Weights = weights;
        input = slice.Ops[0].Inputs[0];
        output = slice.Ops[^1].Output;
        Value[] kept = [input, output, .. groups.SelectMany(group => new[] { group.Input, slice.Ops[group.LastOp].Output })];
        foreach (var value in kept.DistinctBy(value => value.Id))
            captured.Add(value.Id, new NativeBuffer((long)stream.Tokens * value.Width * sizeof(float)));
        stream.Advance(
            slice,
            weights,
            sequence =>
            {
                foreach (var value in kept.DistinctBy(value => value.Id))
                    new Span<float>(slice.At(value), stream.Lengths[sequence] * value.Width).CopyTo(new Span<float>(At(value, sequence), stream.Lengths[sequence] * value.Width));
                foreach (var linear in slice.Ops.OfType<LinearOp>())
                    energies[linear.Output.Id] = energies.GetValueOrDefault(linear.Output.Id) + compute.SquaredDifference(slice.At(linear.Output), null, stream.Lengths[sequence], linear.Output.Width);
            },
            cancellation);
    }

    public GraphSlice Slice { get; }

    /// <summary>The float weights.</summary>
    public LayerWeights Weights { get; }

    public int Tokens => stream.Tokens;

    /// <summary>[tokens, width] of the input of a linear layer, all sequences.</summary>
    public float* Input(Value value) => captured[value.Id].Floats;

    /// <summary>The sum of squares of a linear layer's output, bias included.</summary>
    public double OutputEnergy(LinearOp linear) => energies[linear.Output.Id];

    /// <summary>The sum of squares of the layer's output less its input: what the layer adds to the residual stream.</summary>
    public double LayerEnergy() => compute.SquaredDifference(captured[output.Id].Floats, captured[input.Id].Floats, Tokens, output.Width);

    /// <summary>The sum of squares of what the inspected module of a group gives.</summary>
    public double InspectedEnergy(BoundGroup group)
    {
        var inspected = Slice.Ops[group.LastOp].Output;
        return compute.SquaredDifference(captured[inspected.Id].Floats, null, Tokens, inspected.Width);
    }

    /// <summary>Mean over the tokens of |x[j]|.</summary>
    public float[] MeanMagnitude(Value value) => Magnitudes(value).Mean;

    /// <summary>Largest |x[j]| of all tokens.</summary>
    public float[] LargestMagnitude(Value value) => Magnitudes(value).Largest;

    /// <summary>
    /// The squared error at the end of a group's inspected module when its linear layers have other weights and round their input, everything else as in the float layer.
    /// Stops early with a larger number than <paramref name="enough"/> once the sum exceeds it: terms are not negative, so the comparison with the best so far comes out the
    /// same.
    /// </summary>
    /// <param name="candidate">The weights of the group's linear layers.</param>
    /// <param name="before">A group whose linear layer also has other weights, where the scales fold into one; the module then starts there. Null for none.</param>
    public double InspectedError(BoundGroup group, Func<string, Tensor> candidate, ActivationGrid? grid, double enough, CancellationToken cancellation, BoundGroup? before = null)
    {
        var inspected = Slice.Ops[group.LastOp].Output;
        var start = before ?? group;
        var own = group.Linears.Select(linear => linear.Weight).ToHashSet();
        var folded = $"{group.FoldInto}.weight";
        var error = 0d;
        for (var sequence = 0; sequence < stream.Lengths.Count && error <= enough; sequence++)
        {
            cancellation.ThrowIfCancellationRequested();
            var tokens = stream.Lengths[sequence];
            new Span<float>(At(start.Input, sequence), tokens * start.Input.Width).CopyTo(new Span<float>(Slice.At(start.Input), tokens * start.Input.Width));
            Slice.Run(
                start.FirstOp,
                group.LastOp,
                tokens,
                name => own.Contains(name) || before is not null && name == folded ? candidate(name) : Weights[name],
                linear => own.Contains(linear.Weight) ? grid : null);
            error += compute.SquaredDifference(Slice.At(inspected), At(inspected, sequence), tokens, inspected.Width);
        }
        return error;
    }

    /// <summary>The squared error of the whole layer's output with these weights (norms and biases as well), its input as in the float model.</summary>
    public double LayerError(Func<string, Tensor> weights, Func<LinearOp, ActivationGrid?>? grids, CancellationToken cancellation)
    {
        var error = 0d;
        for (var sequence = 0; sequence < stream.Lengths.Count; sequence++)
        {
            cancellation.ThrowIfCancellationRequested();
            var tokens = stream.Lengths[sequence];
            new Span<float>(At(input, sequence), tokens * input.Width).CopyTo(new Span<float>(Slice.At(input), tokens * input.Width));
            Slice.Run(0, Slice.Ops.Count - 1, tokens, weights, grids);
            error += compute.SquaredDifference(Slice.At(output), At(output, sequence), tokens, output.Width);
        }
        return error;
    }

    /// <summary>The squared error of one linear layer's output, its input as in the float layer, rounded where there is a grid.</summary>
    public double LinearError(LinearOp linear, Tensor candidate, ActivationGrid? grid, CancellationToken cancellation)
    {
        var width = linear.Input.Width;
        var rows = linear.Output.Width;
        var weight = Weights[linear.Weight];
        // x W'^T - x W^T = x (W' - W)^T: one product where the input is the same.
        using var bytes = new NativeBuffer(grid is null ? weight.ByteLength : 0);
        var difference = grid is null ? Difference(candidate, weight, bytes) : null;
        using var expected = new NativeBuffer(grid is null ? 0 : (long)stream.LongestSequence * rows * sizeof(float));
        using var actual = new NativeBuffer((long)stream.LongestSequence * rows * sizeof(float));
        using var rounded = new NativeBuffer(grid is null ? 0 : (long)stream.LongestSequence * width * sizeof(float));
        var error = 0d;
        for (var sequence = 0; sequence < stream.Lengths.Count; sequence++)
        {
            cancellation.ThrowIfCancellationRequested();
            var tokens = stream.Lengths[sequence];
            var x = At(linear.Input, sequence);
            if (difference is not null)
            {
                compute.MatMul(difference, x, tokens, actual.Floats);
                error += compute.SquaredDifference(actual.Floats, null, tokens, rows);
                continue;
            }
            compute.MatMul(weight, x, tokens, expected.Floats);
            for (var token = 0; token < tokens; token++)
                grid!.Round(x + (long)token * width, rounded.Floats + (long)token * width, width);
            compute.MatMul(candidate, rounded.Floats, tokens, actual.Floats);
            error += compute.SquaredDifference(actual.Floats, expected.Floats, tokens, rows);
        }
        return error;
    }

    private static Tensor Difference(Tensor left, Tensor right, NativeBuffer bytes)
    {
        var a = (float*)left.Data;
        var b = (float*)right.Data;
        for (long i = 0; i < left.ElementCount; i++)
            bytes.Floats[i] = a[i] - b[i];
        return new Tensor(left.Name, DType.F32, left.Shape, bytes.Data, bytes.ByteLength, bytes);
    }

    public void Dispose()
    {
        foreach (var buffer in captured.Values)
            buffer.Dispose();
    }

    private float* At(Value value, int sequence) => captured[value.Id].Floats + (long)stream.Starts[sequence] * value.Width;

    private (float[] Mean, float[] Largest) Magnitudes(Value value)
    {
        if (meanMagnitudes.TryGetValue(value.Id, out var mean))
            return (mean, largestMagnitudes[value.Id]);
        mean = new float[value.Width];
        var largest = new float[value.Width];
        var x = Input(value);
        // A chunk takes some columns of all tokens, in the order of the tokens.
        ParallelRows.Run(compute.Pool, value.Width, 64, (start, end, _) =>
        {
            var sums = new double[end - start];
            for (var token = 0; token < Tokens; token++)
            {
                var row = x + (long)token * value.Width;
                for (var column = start; column < end; column++)
                {
                    var magnitude = Math.Abs(row[column]);
                    sums[column - start] += magnitude;
                    largest[column] = Math.Max(largest[column], magnitude);
                }
            }
            for (var column = start; column < end; column++)
                mean[column] = (float)(sums[column - start] / Tokens);
        });
        meanMagnitudes.Add(value.Id, mean);
        largestMagnitudes.Add(value.Id, largest);
        return (mean, largest);
    }
}
