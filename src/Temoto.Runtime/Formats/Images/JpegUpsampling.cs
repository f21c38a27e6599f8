namespace Temoto.Formats.Images;

/// <summary>
/// Brings a row of a component to the picture's width. Where a component has half the samples of another in a direction they are interpolated with the weights 3/4 and 1/4
/// ("fancy upsampling" in libjpeg: a triangle filter whose samples lie between the pixels), otherwise repeated. Rounding is libjpeg's, so that pixels come out the same.
/// </summary>
internal sealed class JpegUpsampling
{
    private readonly JpegComponent component;
    private readonly int largestH;
    private readonly int largestV;
    private readonly bool blendsColumns;
    private readonly bool blendsRows;
    private readonly byte[] result;

    /// <summary>Sums of two rows with the weights 3 and 1: [Width].</summary>
    private readonly short[] sums;

    public JpegUpsampling(JpegComponent component, JpegFrame frame)
    {
        this.component = component;
        (largestH, largestV) = (frame.LargestH, frame.LargestV);
        var (halfH, halfV) = (component.HorizontalSampling * 2 == largestH, component.VerticalSampling * 2 == largestV);
        var (fullH, fullV) = (component.HorizontalSampling == largestH, component.VerticalSampling == largestV);
        // libjpeg blends columns only where there are more than two.
        blendsColumns = halfH && (halfV || fullV) && component.Width > 2;
        blendsRows = halfV && (fullH || blendsColumns);
        result = new byte[Math.Max(frame.Width, 2 * component.Width)];
        sums = new short[component.Width];
    }

    /// <summary>Row <paramref name="y"/> of the picture: at least its width in samples.</summary>
    public ReadOnlySpan<byte> Row(int y)
    {
        var stored = y * component.VerticalSampling / largestV;
        var near = Stored(stored);
        if (blendsRows)
        {
            // Even rows lie nearer to the stored row above, odd ones to the one below; at the edges there is only one.
            var far = Stored(Math.Clamp((y & 1) == 0 ? stored - 1 : stored + 1, 0, component.Height - 1));
            if (blendsColumns)
                BlendBoth(near, far);
            else
                BlendRows(near, far, (y & 1) == 0 ? 1 : 2);
        }
        else if (blendsColumns)
        {
            BlendColumns(near);
        }
        else if (component.HorizontalSampling == largestH)
        {
            return near;
        }
        else
        {
            Repeat(near);
        }
        return result;
    }

    private ReadOnlySpan<byte> Stored(int row) => component.Samples.AsSpan(row * component.Stride, component.Width);

    private void Repeat(ReadOnlySpan<byte> row)
    {
        for (var x = 0; x < result.Length; x++)
            result[x] = row[Math.Min(x * component.HorizontalSampling / largestH, row.Length - 1)];
    }

    private void BlendRows(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, int rounding)
    {
        for (var x = 0; x < near.Length; x++)
            result[x] = (byte)(((3 * near[x]) + far[x] + rounding) >> 2);
    }

    private void BlendColumns(ReadOnlySpan<byte> row)
    {
        var last = row.Length - 1;
        var target = result.AsSpan(0, 2 * row.Length);
        target[0] = row[0];
        target[1] = (byte)(((3 * row[0]) + row[1] + 2) >> 2);
        for (var x = 1; x < last; x++)
        {
            var three = 3 * row[x];
            target[2 * x] = (byte)((three + row[x - 1] + 1) >> 2);
            target[(2 * x) + 1] = (byte)((three + row[x + 1] + 2) >> 2);
        }
        target[2 * last] = (byte)(((3 * row[last]) + row[last - 1] + 1) >> 2);
        target[(2 * last) + 1] = row[last];
    }

    private void BlendBoth(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far)
    {
        var column = sums.AsSpan(0, near.Length);
        far = far[..near.Length];
        for (var x = 0; x < column.Length; x++)
            column[x] = (short)((3 * near[x]) + far[x]);
        var last = column.Length - 1;
        var target = result.AsSpan(0, 2 * column.Length);
        target[0] = (byte)(((4 * column[0]) + 8) >> 4);
        target[1] = (byte)(((3 * column[0]) + column[1] + 7) >> 4);
        for (var x = 1; x < last; x++)
        {
            var three = 3 * column[x];
            target[2 * x] = (byte)((three + column[x - 1] + 8) >> 4);
            target[(2 * x) + 1] = (byte)((three + column[x + 1] + 7) >> 4);
        }
        target[2 * last] = (byte)(((3 * column[last]) + column[last - 1] + 8) >> 4);
        target[(2 * last) + 1] = (byte)(((4 * column[last]) + 7) >> 4);
    }
}
