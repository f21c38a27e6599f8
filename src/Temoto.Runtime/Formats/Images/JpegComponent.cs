namespace Temoto.Formats.Images;

/// <summary>One colour component of a JPEG picture: its sampling, its blocks of 8 x 8 samples, what the scans gave so far.</summary>
internal sealed class JpegComponent(int id, int horizontalSampling, int verticalSampling, int quantizationTable)
{
    public const int BlockSide = 8;
    public const int BlockSamples = BlockSide * BlockSide;

    public int Id => id;

    /// <summary>H: blocks per MCU from left to right, 1 to 4.</summary>
    public int HorizontalSampling => horizontalSampling;

    /// <summary>V: blocks per MCU from top to bottom, 1 to 4.</summary>
    public int VerticalSampling => verticalSampling;

    /// <summary>Which DQT table applies.</summary>
    public int QuantizationTable => quantizationTable;

    /// <summary>Samples that belong to the picture: ceil(picture width * H / largest H).</summary>
    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Blocks in a scan of this component alone: ceil(Width / 8).</summary>
    public int BlocksPerRow { get; private set; }

    public int BlockRows { get; private set; }

    /// <summary>Blocks with those that only fill up the last MCU of a row.</summary>
    public int PaddedBlocksPerRow { get; private set; }

    public int PaddedBlockRows { get; private set; }

    /// <summary>Bytes from one row of <see cref="Samples"/> to the next.</summary>
    public int Stride => PaddedBlocksPerRow * BlockSide;

    /// <summary>[PaddedBlockRows * 8, Stride]; empty until the scans of a progressive picture are complete.</summary>
    public byte[] Samples { get; private set; } = [];

    /// <summary>Progressive pictures: [PaddedBlockRows, PaddedBlocksPerRow, 64] in natural order; empty for the others.</summary>
    public short[] Coefficients { get; private set; } = [];

    /// <summary>The table as it stood at the component's first scan, in natural order; null before that.</summary>
    public int[]? Quantization { get; set; }

    /// <summary>Lowest bit known of each coefficient in zigzag order; -1 where no scan had it yet.</summary>
    public int[] KnownBits { get; } = [.. Enumerable.Repeat(-1, BlockSamples)];

    /// <summary>Difference coding: DC of the block before. Set to 0 by each restart.</summary>
    public int Prediction { get; set; }

    public void Measure(int pictureWidth, int pictureHeight, int largestH, int largestV)
    {
        Width = Ratio(pictureWidth * HorizontalSampling, largestH);
        Height = Ratio(pictureHeight * VerticalSampling, largestV);
        BlocksPerRow = Ratio(Width, BlockSide);
        BlockRows = Ratio(Height, BlockSide);
        PaddedBlocksPerRow = Ratio(pictureWidth, BlockSide * largestH) * HorizontalSampling;
        PaddedBlockRows = Ratio(pictureHeight, BlockSide * largestV) * VerticalSampling;
    }

    public void AllocateSamples() => Samples = new byte[PaddedBlockRows * BlockSide * Stride];

    public void AllocateCoefficients() => Coefficients = new short[PaddedBlockRows * PaddedBlocksPerRow * BlockSamples];

    public Span<short> Block(int row, int column) => Coefficients.AsSpan(((row * PaddedBlocksPerRow) + column) * BlockSamples, BlockSamples);

    /// <summary>Turns one block of coefficients into samples.</summary>
    public void Transform(ReadOnlySpan<short> coefficients, int row, int column) =>
        JpegTransform.Inverse(coefficients, Quantization, Samples.AsSpan((row * BlockSide * Stride) + (column * BlockSide)), Stride);

    /// <summary>Turns all coefficients into samples and lets go of them.</summary>
    public void TransformAll()
    {
        AllocateSamples();
        for (var row = 0; row < BlockRows; row++)
        {
            for (var column = 0; column < BlocksPerRow; column++)
                Transform(Block(row, column), row, column);
        }
        Coefficients = [];
    }

    private static int Ratio(int value, int divisor) => (value + divisor - 1) / divisor;
}
