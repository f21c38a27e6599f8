namespace Temoto.Formats.Images;

/// <summary>A JPEG frame header (SOF0, SOF1, SOF2): size, components and their sampling.</summary>
internal sealed class JpegFrame
{
    private const int MaxSampling = 4;

    private JpegFrame(int width, int height, bool isProgressive, JpegComponent[] components)
    {
        (Width, Height, IsProgressive, Components) = (width, height, isProgressive, components);
        LargestH = components.Max(component => component.HorizontalSampling);
        LargestV = components.Max(component => component.VerticalSampling);
        foreach (var component in components)
            component.Measure(width, height, LargestH, LargestV);
    }

    public int Width { get; }

    public int Height { get; }

    public bool IsProgressive { get; }

    public JpegComponent[] Components { get; }

    public int LargestH { get; }

    public int LargestV { get; }

    public int McusPerRow => (Width + (JpegComponent.BlockSide * LargestH) - 1) / (JpegComponent.BlockSide * LargestH);

    public int McuRows => (Height + (JpegComponent.BlockSide * LargestV) - 1) / (JpegComponent.BlockSide * LargestV);

    /// <param name="at">Behind the segment's length.</param>
    public static JpegFrame Read(ImageSource source, int marker, int at, int end)
    {
        var where = $"{JpegMarker.Name(marker)} at byte {at}";
        var fields = source.Data.AsSpan(at, end - at);
        if (fields.Length < 6 || fields.Length != 6 + (3 * fields[5]))
            throw source.Bad(where, $"{fields.Length} bytes", "6, and 3 for each component");
        if (fields[0] != 8)
            throw source.Bad(where, $"{fields[0]} bits per sample", "8");
        var (height, width) = ((fields[1] << 8) | fields[2], (fields[3] << 8) | fields[4]);
        if (height == 0)
            throw source.Bad(where, "a height that a DNL marker gives later", "the height in the frame header");
        source.CheckSize(where, width, height);
        if (fields[5] is not (1 or 3 or 4))
            throw source.Bad(where, $"{fields[5]} components", "1 (grey), 3 (colour) or 4 (CMYK)");
        var components = new JpegComponent[fields[5]];
        for (var i = 0; i < components.Length; i++)
        {
            var entry = fields[(6 + (3 * i))..];
            var (id, h, v, table) = (entry[0], entry[1] >> 4, entry[1] & 15, entry[2]);
            if (h is < 1 or > MaxSampling || v is < 1 or > MaxSampling)
                throw source.Bad(where, $"sampling {h} x {v}", $"1 to {MaxSampling}");
            if (table > 3)
                throw source.Bad(where, $"quantization table {table}", "0 to 3");
            for (var j = 0; j < i; j++)
            {
                if (components[j].Id == id)
                    throw source.Bad(where, $"two components {id}", "different numbers");
            }
            components[i] = new JpegComponent(id, h, v, table);
        }
        var frame = new JpegFrame(width, height, marker == JpegMarker.Progressive, components);
        frame.Allocate(source, where, end);
        return frame;
    }

    /// <summary>
    /// Refuses a file that cannot hold the blocks it announces before memory is taken for them: a block takes at least one bit for its DC
    /// difference and, where it is not spread over scans, one more for its end.
    /// </summary>
    private void Allocate(ImageSource source, string where, int end)
    {
        var blocks = Components.Sum(component => (long)component.BlocksPerRow * component.BlockRows);
        source.CheckPayload(where, source.Data.Length - end, blocks * (IsProgressive ? 1 : 2) / 8);
        foreach (var component in Components)
        {
            if (IsProgressive)
                component.AllocateCoefficients();
            else
                component.AllocateSamples();
        }
    }
}
