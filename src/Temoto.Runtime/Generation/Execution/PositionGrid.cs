using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>
/// A vision checkpoint for pictures of another size: its table of learned positions, which lies over the grid of patches, is interpolated bicubically, as transformers
/// does with interpolate_pos_encoding (torch's bicubic: a = -0.75, pixel centres at half, edges repeated).
/// </summary>
internal static unsafe class PositionGrid
{
    private const double A = -0.75;

    /// <summary>The checkpoint itself where the size is its own; the result is to be disposed with it otherwise.</summary>
    public static Checkpoint Resize(Checkpoint checkpoint, int height, int width)
    {
        var config = checkpoint.Config;
        var trained = config.Vision!;
        if (trained.SeenHeight == height && trained.SeenWidth == width)
            return checkpoint;
        if (height < 1 || width < 1 || height % trained.PatchSize != 0 || width % trained.PatchSize != 0 || height > ModelLimits.ImageSide || width > ModelLimits.ImageSide)
            throw new InputException("picture", null, $"{width} x {height} pixels", $"multiples of the patch_size {trained.PatchSize}, up to {ModelLimits.ImageSide}", $"resize it, to {trained.ImageWidth} x {trained.ImageHeight} for instance");
        var to = trained with { ImageHeight = height, ImageWidth = width };
        var name = Architecture.Build(config, checkpoint.Path).Ops.OfType<AddPositionsOp>().Single().Weight;
        var table = checkpoint.Require(name, trained.Tokens, config.HiddenSize);
        table.File?.RequireUnchanged();
        var columns = config.HiddenSize;
        using var source = new NativeBuffer(table.ElementCount * sizeof(float));
        for (var row = 0; row < trained.Tokens; row++)
            BlockDecoder.DecodeRow(table, row, source.Floats + (long)row * columns);
        var resized = new NativeBuffer((long)to.Tokens * columns * sizeof(float));
        Interpolate(source.Floats, trained, resized.Floats, to, columns);
        var tensors = checkpoint.Tensors.ToDictionary();
        tensors[name] = new Tensor(name, DType.F32, [to.Tokens, columns], resized.Data, resized.ByteLength, resized);
        return new Checkpoint([resized])
        {
            Path = checkpoint.Path,
            Format = checkpoint.Format,
            Config = config with { Vision = to, MaxPositionEmbeddings = to.Tokens },
            Tensors = tensors,
            Hashes = checkpoint.Hashes,
            Quantization = checkpoint.Quantization,
            Preprocessor = checkpoint.Preprocessor,
        };
    }

    private static void Interpolate(float* source, VisionConfig trained, float* destination, VisionConfig to, int columns)
    {
        long own = trained.OwnTokens * (long)columns;
        Buffer.MemoryCopy(source, destination, own * sizeof(float), own * sizeof(float));
        Span<double> vertical = stackalloc double[4];
        Span<double> horizontal = stackalloc double[4];
        for (var row = 0; row < to.GridHeight; row++)
        {
            var top = Weights(row, trained.GridHeight, to.GridHeight, vertical);
            for (var column = 0; column < to.GridWidth; column++)
            {
                var left = Weights(column, trained.GridWidth, to.GridWidth, horizontal);
                var target = destination + own + ((long)row * to.GridWidth + column) * columns;
                for (var i = 0; i < columns; i++)
                {
                    var sum = 0.0;
                    for (var y = 0; y < 4; y++)
                    {
                        var line = source + own + (long)Math.Clamp(top + y, 0, trained.GridHeight - 1) * trained.GridWidth * columns + i;
                        for (var x = 0; x < 4; x++)
                            sum += vertical[y] * horizontal[x] * line[(long)Math.Clamp(left + x, 0, trained.GridWidth - 1) * columns];
                    }
                    target[i] = (float)sum;
                }
            }
        }
    }

    /// <summary>The weights of the four neighbours of a point, and which is the first of them.</summary>
    private static int Weights(int index, int trained, int to, Span<double> weights)
    {
        var position = (index + 0.5) * trained / to - 0.5;
        var floor = Math.Floor(position);
        for (var i = 0; i < 4; i++)
            weights[i] = Cubic(Math.Abs(position - (floor - 1 + i)));
        return (int)floor - 1;
    }

    /// <summary>The convolution kernel of Keys (1981) at distance <paramref name="d"/>.</summary>
    private static double Cubic(double d) => d <= 1
        ? ((A + 2) * d - (A + 3)) * d * d + 1
        : d < 2 ? ((A * d - 5 * A) * d + 8 * A) * d - 4 * A : 0;
}
