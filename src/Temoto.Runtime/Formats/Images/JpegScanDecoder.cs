namespace Temoto.Formats.Images;

/// <summary>Walks the blocks of a scan: MCU by MCU where components are interleaved, block by block where one stands alone; restarts in between.</summary>
internal ref struct JpegScanDecoder
{
    private readonly JpegFrame frame;
    private readonly JpegScan scan;
    private readonly int restartInterval;

    /// <summary>Scratch of [64] for pictures that are not progressive.</summary>
    private readonly short[] block = new short[JpegComponent.BlockSamples];
    private JpegBits bits;

    /// <summary>MCUs up to the next restart marker.</summary>
    private int untilRestart;
    private int restarts;

    /// <summary>Blocks of a progressive scan that are known to hold nothing more (EOBRUN).</summary>
    private int endRun;

    private JpegScanDecoder(ImageSource source, JpegFrame frame, JpegScan scan, int restartInterval, int at)
    {
        (this.frame, this.scan, this.restartInterval) = (frame, scan, restartInterval);
        bits = new JpegBits(source, at);
        untilRestart = restartInterval;
    }

    /// <summary>Decodes the scan's data at <paramref name="at"/>; returns where the marker behind it lies.</summary>
    public static int Decode(ImageSource source, JpegFrame frame, JpegScan scan, int restartInterval, int at)
    {
        var decoder = new JpegScanDecoder(source, frame, scan, restartInterval, at);
        foreach (var entry in scan.Components)
            entry.Component.Prediction = 0;
        if (scan.Components.Length == 1)
            decoder.Single(scan.Components[0]);
        else
            decoder.Interleaved();
        decoder.bits.SkipToMarker();
        return decoder.bits.Position;
    }

    private void Single(ScanComponent entry)
    {
        for (var row = 0; row < entry.Component.BlockRows; row++)
        {
            for (var column = 0; column < entry.Component.BlocksPerRow; column++)
            {
                StartMcu();
                Block(entry, row, column);
                bits.ThrowIfOverrun();
            }
        }
    }

    private void Interleaved()
    {
        for (var mcuRow = 0; mcuRow < frame.McuRows; mcuRow++)
        {
            for (var mcu = 0; mcu < frame.McusPerRow; mcu++)
            {
                StartMcu();
                foreach (var entry in scan.Components)
                {
                    var (h, v) = (entry.Component.HorizontalSampling, entry.Component.VerticalSampling);
                    for (var y = 0; y < v; y++)
                    {
                        for (var x = 0; x < h; x++)
                            Block(entry, (mcuRow * v) + y, (mcu * h) + x);
                    }
                }
                bits.ThrowIfOverrun();
            }
        }
    }

    /// <summary>Reads a restart marker where one is due.</summary>
    private void StartMcu()
    {
        if (restartInterval == 0)
            return;
        if (untilRestart == 0)
        {
            bits.Restart(JpegMarker.FirstRestart + (restarts++ & 7));
            foreach (var entry in scan.Components)
                entry.Component.Prediction = 0;
            untilRestart = restartInterval;
            endRun = 0;
        }
        untilRestart--;
    }

    private void Block(ScanComponent entry, int row, int column)
    {
        var component = entry.Component;
        if (!frame.IsProgressive)
        {
            Array.Clear(block);
            component.Prediction = JpegBlocks.Sequential(ref bits, entry.Dc!, entry.Ac!, component.Prediction, block);
            component.Transform(block, row, column);
            return;
        }
        var coefficients = component.Block(row, column);
        if (scan.FirstCoefficient == 0)
        {
            if (scan.IsRefinement)
                JpegBlocks.DcRefinement(ref bits, scan.LowBit, coefficients);
            else
                component.Prediction = JpegBlocks.DcFirst(ref bits, entry.Dc!, component.Prediction, scan.LowBit, coefficients);
        }
        else if (scan.IsRefinement)
        {
            JpegBlocks.AcRefinement(ref bits, entry.Ac!, scan, ref endRun, coefficients);
        }
        else
        {
            JpegBlocks.AcFirst(ref bits, entry.Ac!, scan, ref endRun, coefficients);
        }
    }
}
