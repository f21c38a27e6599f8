namespace Temoto.Formats.Images;

/// <summary>
/// A JPEG scan header (SOS): which components, which coefficients (in zigzag order), and for a progressive picture which bits of them.
/// The order of scans is checked strictly, which also bounds how often a coefficient can be visited.
/// </summary>
internal sealed class JpegScan
{
    private const int LargestShift = 13;
    private const int MaxBlocksPerMcu = 10;

    private JpegScan(ScanComponent[] components, int first, int last, int highBit, int lowBit) =>
        (Components, FirstCoefficient, LastCoefficient, HighBit, LowBit) = (components, first, last, highBit, lowBit);

    public ScanComponent[] Components { get; }

    /// <summary>Ss.</summary>
    public int FirstCoefficient { get; }

    /// <summary>Se, inclusive.</summary>
    public int LastCoefficient { get; }

    /// <summary>Ah: the lowest bit known before; 0 in a coefficient's first scan.</summary>
    public int HighBit { get; }

    /// <summary>Al: the lowest bit known afterwards.</summary>
    public int LowBit { get; }

    public bool IsRefinement => HighBit != 0;

    /// <param name="at">Behind the segment's length.</param>
    public static JpegScan Read(ImageSource source, JpegFrame frame, JpegTables tables, int at, int end)
    {
        var where = $"SOS at byte {at}";
        var fields = source.Data.AsSpan(at, end - at);
        if (fields.Length < 1 || fields[0] is < 1 or > 4 || fields.Length != 4 + (2 * fields[0]))
            throw source.Bad(where, $"{fields.Length} bytes", "4, and 2 for each of 1 to 4 components");
        var count = (int)fields[0];
        var (first, last, high, low) = (fields[1 + (2 * count)], fields[2 + (2 * count)], fields[3 + (2 * count)] >> 4, fields[3 + (2 * count)] & 15);
        if (frame.IsProgressive)
            CheckBand(source, where, count, first, last, high, low);
        else if (first != 0 || last != 63 || high != 0 || low != 0)
            throw source.Bad(where, $"coefficients {first} to {last}, bits {high} and {low}", "0 to 63, bits 0 and 0, in a picture that is not progressive");
        var components = new ScanComponent[count];
        for (var i = 0; i < count; i++)
        {
            var (id, dc, ac) = (fields[1 + (2 * i)], fields[2 + (2 * i)] >> 4, fields[2 + (2 * i)] & 15);
            var component = Array.Find(frame.Components, candidate => candidate.Id == id) ?? throw source.Bad(where, $"component {id}", "one of the frame's");
            if (components.Take(i).Any(other => other.Component == component))
                throw source.Bad(where, $"component {id} twice", "different components");
            Advance(source, where, component, first, last, high, low);
            component.Quantization ??= tables.Quantization(source, where, component.QuantizationTable);
            var (needsDc, needsAc) = (first == 0 && high == 0, last > 0);
            components[i] = new ScanComponent(component, needsDc ? tables.Dc(source, where, dc) : null, needsAc ? tables.Ac(source, where, ac) : null);
        }
        if (count > 1 && components.Sum(entry => entry.Component.HorizontalSampling * entry.Component.VerticalSampling) > MaxBlocksPerMcu)
            throw source.Bad(where, "too many blocks per MCU", $"at most {MaxBlocksPerMcu}");
        return new JpegScan(components, first, last, high, low);
    }

    private static void CheckBand(ImageSource source, string where, int count, int first, int last, int high, int low)
    {
        var isBand = first == 0 ? last == 0 : last >= first && last < JpegComponent.BlockSamples && count == 1;
        if (!isBand || low > LargestShift || (high != 0 && low != high - 1))
            throw source.Bad(where, $"coefficients {first} to {last} of {count} components, bits {high} and {low}", "DC alone or AC of one component, each time one bit finer");
    }

    /// <summary>A coefficient is begun once and then refined bit by bit; AC only after DC.</summary>
    private static void Advance(ImageSource source, string where, JpegComponent component, int first, int last, int high, int low)
    {
        if (first > 0 && component.KnownBits[0] < 0)
            throw source.Bad(where, $"AC of component {component.Id} before its DC", "DC first");
        for (var k = first; k <= last; k++)
        {
            var known = component.KnownBits[k];
            if (high == 0 ? known >= 0 : known != high)
                throw source.Bad(where, $"coefficient {k} of component {component.Id} known to bit {known}, and a scan from bit {high}", "each scan going on where the last one ended");
            component.KnownBits[k] = low;
        }
    }
}

/// <summary>A component of a scan with its codes; null where the scan does not use one.</summary>
internal sealed record ScanComponent(JpegComponent Component, JpegHuffmanTable? Dc, JpegHuffmanTable? Ac);
