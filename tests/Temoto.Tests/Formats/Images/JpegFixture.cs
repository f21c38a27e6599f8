using System.Numerics;
using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

/// <summary>What <see cref="JpegFixture"/> shall write.</summary>
/// <param name="Sampling">H and V of each component.</param>
/// <param name="Interleaved">False gives each component a scan of its own.</param>
internal sealed record JpegKind(int Width, int Height, (int H, int V)[] Sampling, bool Progressive = false, bool Interleaved = true, int RestartInterval = 0, int? AdobeTransform = null, bool Jfif = true, bool WideQuantization = false)
{
    /// <summary>Component numbers: 1, 2, 3 ..., or these.</summary>
    public string? Ids { get; init; }
}

/// <summary>
/// A JPEG encoder without the transform: it codes random coefficients, with any sampling, restarts, scans and tables whose codes are up to 16 bits long. What they look like is
/// for the decoders to say.
/// </summary>
internal sealed class JpegFixture
{
    private static readonly byte[] DcCounts = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] AcCounts = [0, 1, 1, 1, 2, 3, 4, 10, 20, 40, 40, 40, 0, 0, 0, 14];

    /// <summary>Every run with every size up to 10; size 0 holds the ends of blocks.</summary>
    private static readonly byte[] AcSymbols = [.. Enumerable.Range(0, 256).Where(symbol => (symbol & 15) <= 10).OrderBy(symbol => (symbol >> 4) + (3 * Math.Abs((symbol & 15) - 1))).Select(symbol => (byte)symbol)];

    private static readonly (int Code, int Length)[] DcCodes = Codes(DcCounts, [.. Enumerable.Range(0, 12).Select(i => (byte)i)]);
    private static readonly (int Code, int Length)[] AcCodes = Codes(AcCounts, AcSymbols);

    private readonly JpegKind kind;
    private readonly Component[] components;
    private readonly List<byte> bytes = [];
    private ulong pending;
    private int pendingBits;

    /// <summary>EOBRUN, and the correction bits of the blocks in it.</summary>
    private int endRun;
    private readonly List<int> endRunBits = [];

    private JpegFixture(JpegKind kind, int seed)
    {
        this.kind = kind;
        var random = new Random(seed);
        var (largestH, largestV) = (kind.Sampling.Max(sampling => sampling.H), kind.Sampling.Max(sampling => sampling.V));
        components = [.. kind.Sampling.Select((sampling, index) => new Component(kind, sampling.H, sampling.V, largestH, largestV, kind.Ids is { } ids ? ids[index] : index + 1, random))];
    }

    public static byte[] Write(JpegKind kind, int seed)
    {
        var fixture = new JpegFixture(kind, seed);
        fixture.Headers();
        if (kind.Progressive)
        {
            fixture.Scan(fixture.components, 0, 0, 0, 1);
            foreach (var component in fixture.components)
            {
                fixture.Scan([component], 1, 5, 0, 2);
                fixture.Scan([component], 6, 63, 0, 2);
                fixture.Scan([component], 1, 63, 2, 1);
            }
            fixture.Scan(fixture.components, 0, 0, 1, 0);
            foreach (var component in fixture.components)
                fixture.Scan([component], 1, 63, 1, 0);
        }
        else if (kind.Interleaved)
        {
            fixture.Scan(fixture.components, 0, 63, 0, 0);
        }
        else
        {
            foreach (var component in fixture.components)
                fixture.Scan([component], 0, 63, 0, 0);
        }
        fixture.bytes.AddRange([0xFF, JpegMarker.EndOfImage]);
        return [.. fixture.bytes];
    }

    /// <summary>A scan's data that says of so many blocks that nothing comes.</summary>
    public static byte[] EmptyBand(int blocks)
    {
        var fixture = new JpegFixture(new JpegKind(1, 1, [(1, 1)]), 0);
        for (; blocks > 0; blocks -= fixture.endRun)
        {
            fixture.EndRun();
            fixture.endRun = Math.Min(blocks, 0x7FFF);
        }
        fixture.Flush();
        return [.. fixture.bytes];
    }

    private void Headers()
    {
        bytes.AddRange([0xFF, JpegMarker.StartOfImage]);
        if (kind.Jfif)
            Segment(JpegMarker.FirstApplication, [.. "JFIF\0"u8, 1, 2, 0, 0, 1, 0, 1, 0, 0]);
        if (kind.AdobeTransform is { } transform)
            Segment(JpegMarker.FirstApplication + 14, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, (byte)transform]);
        // 16-bit steps are only for extended sequential and progressive pictures.
        var steps = Enumerable.Range(0, 64).Select(k => 4 + (k / 3));
        Segment(JpegMarker.QuantizationTables, kind.WideQuantization ? [0x10, .. steps.SelectMany(step => new[] { (byte)0, (byte)step })] : [0, .. steps.Select(step => (byte)step)]);
        Segment(JpegMarker.HuffmanTables, [0, .. DcCounts, .. Enumerable.Range(0, 12).Select(i => (byte)i), 0x10, .. AcCounts, .. AcSymbols]);
        var frame = kind.Progressive ? JpegMarker.Progressive : kind.WideQuantization ? JpegMarker.ExtendedSequential : JpegMarker.Baseline;
        Segment(frame, [8, (byte)(kind.Height >> 8), (byte)kind.Height, (byte)(kind.Width >> 8), (byte)kind.Width, (byte)components.Length, .. components.SelectMany(c => new[] { (byte)c.Id, (byte)((c.H << 4) | c.V), (byte)0 })]);
        if (kind.RestartInterval > 0)
            Segment(JpegMarker.RestartInterval, [(byte)(kind.RestartInterval >> 8), (byte)kind.RestartInterval]);
    }

    private void Segment(int marker, byte[] content) =>
        bytes.AddRange([0xFF, (byte)marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content]);

    private void Scan(Component[] scanned, int first, int last, int high, int low)
    {
        Segment(JpegMarker.StartOfScan, [(byte)scanned.Length, .. scanned.SelectMany(c => new[] { (byte)c.Id, (byte)0 }), (byte)first, (byte)last, (byte)((high << 4) | low)]);
        var mcus = 0;
        foreach (var mcu in Mcus(scanned))
        {
            if (kind.RestartInterval > 0 && mcus > 0 && mcus % kind.RestartInterval == 0)
            {
                Flush();
                bytes.AddRange([0xFF, (byte)(JpegMarker.FirstRestart + (((mcus / kind.RestartInterval) - 1) & 7))]);
            }
            if (kind.RestartInterval > 0 ? mcus % kind.RestartInterval == 0 : mcus == 0)
            {
                foreach (var component in scanned)
                    component.Prediction = 0;
            }
            mcus++;
            foreach (var (component, block) in mcu)
            {
                if (first == 0 && high == 0)
                    Dc(component, block[0] >> low);
                else if (first == 0)
                    Put((block[0] >> low) & 1, 1);
                if (last > 0 && high == 0)
                    AcFirst(block, Math.Max(1, first), last, low);
                else if (last > 0)
                    AcRefinement(block, first, last, low);
                if (!kind.Progressive)
                    EndRun();
            }
        }
        Flush();
    }

    /// <summary>The blocks of each MCU: of a component alone one block, without those that only fill up.</summary>
    private static IEnumerable<(Component Component, short[] Block)[]> Mcus(Component[] scanned)
    {
        if (scanned is [var alone])
        {
            for (var i = 0; i < alone.BlockRows * alone.BlocksPerRow; i++)
                yield return [(alone, alone.Blocks[i / alone.BlocksPerRow, i % alone.BlocksPerRow])];
            yield break;
        }
        var (rows, columns) = (scanned[0].Blocks.GetLength(0) / scanned[0].V, scanned[0].Blocks.GetLength(1) / scanned[0].H);
        for (var i = 0; i < rows * columns; i++)
        {
            yield return [.. scanned.SelectMany(c => Enumerable.Range(0, c.H * c.V).Select(b => (c, c.Blocks[(i / columns * c.V) + (b / c.H), (i % columns * c.H) + (b % c.H)])))];
        }
    }

    private void Dc(Component component, int value)
    {
        var difference = value - component.Prediction;
        component.Prediction = value;
        var size = Size(difference);
        Put(DcCodes[size].Code, DcCodes[size].Length);
        PutSigned(difference, size);
    }

    private void AcFirst(short[] block, int first, int last, int low)
    {
        var run = 0;
        for (var k = first; k <= last; k++)
        {
            var value = block[k] < 0 ? -(-block[k] >> low) : block[k] >> low;
            if (value == 0)
            {
                run++;
                continue;
            }
            EndRun();
            for (; run > 15; run -= 16)
                Symbol(0xF0);
            var size = Size(value);
            Symbol((run << 4) | size);
            PutSigned(value, size);
            run = 0;
        }
        if (run > 0)
            endRun++;
        if (endRun == 0x7FFF)
            EndRun();
    }

    private void AcRefinement(short[] block, int first, int last, int low)
    {
        var lastFresh = first - 1;
        for (var k = first; k <= last; k++)
        {
            if (Math.Abs((int)block[k]) >> low == 1)
                lastFresh = k;
        }
        var run = 0;
        var corrections = new List<int>();
        for (var k = first; k <= last; k++)
        {
            var value = Math.Abs((int)block[k]) >> low;
            if (value == 0)
            {
                run++;
                continue;
            }
            for (; run > 15 && k <= lastFresh; run -= 16)
            {
                EndRun();
                Symbol(0xF0);
                PutAll(corrections);
            }
            if (value > 1)
            {
                corrections.Add(value & 1);
                continue;
            }
            EndRun();
            Symbol((run << 4) | 1);
            Put(block[k] < 0 ? 0 : 1, 1);
            PutAll(corrections);
            run = 0;
        }
        if (run > 0 || corrections.Count > 0)
        {
            endRun++;
            endRunBits.AddRange(corrections);
        }
        if (endRun == 0x7FFF)
            EndRun();
    }

    private void EndRun()
    {
        if (endRun == 0)
            return;
        var bits = BitOperations.Log2((uint)endRun);
        Symbol(bits << 4);
        if (bits > 0)
            Put(endRun & ((1 << bits) - 1), bits);
        endRun = 0;
        PutAll(endRunBits);
    }

    private void PutAll(List<int> bits)
    {
        foreach (var bit in bits)
            Put(bit, 1);
        bits.Clear();
    }

    private void Symbol(int symbol) => Put(AcCodes[symbol].Code, AcCodes[symbol].Length);

    private void PutSigned(int value, int size)
    {
        if (size > 0)
            Put(value < 0 ? value + (1 << size) - 1 : value, size);
    }

    private static int Size(int value) => value == 0 ? 0 : BitOperations.Log2((uint)Math.Abs(value)) + 1;

    private void Put(int value, int count)
    {
        Assert.True(count > 0, "a symbol without a code");
        pending = (pending << count) | (uint)value;
        pendingBits += count;
        while (pendingBits >= 8)
        {
            pendingBits -= 8;
            bytes.Add((byte)(pending >> pendingBits));
            if (bytes[^1] == 0xFF)
                bytes.Add(0);
        }
    }

    private void Flush()
    {
        EndRun();
        while (pendingBits > 0)
            Put(1, 1);
    }

    private static (int Code, int Length)[] Codes(byte[] counts, byte[] symbols)
    {
        var codes = new (int, int)[256];
        var (code, index) = (0, 0);
        for (var length = 1; length <= 16; length++, code <<= 1)
        {
            for (var i = 0; i < counts[length - 1]; i++)
                codes[symbols[index++]] = (code++, length);
        }
        Assert.Equal(symbols.Length, index);
        return codes;
    }

    private sealed class Component
    {
        public Component(JpegKind kind, int h, int v, int largestH, int largestV, int id, Random random)
        {
            (H, V, Id) = (h, v, id);
            BlocksPerRow = Ratio(Ratio(kind.Width * h, largestH), 8);
            BlockRows = Ratio(Ratio(kind.Height * v, largestV), 8);
            Blocks = new short[Ratio(kind.Height, 8 * largestV) * v, Ratio(kind.Width, 8 * largestH) * h][];
            for (var i = 0; i < Blocks.Length; i++)
                Blocks[i / Blocks.GetLength(1), i % Blocks.GetLength(1)] = RandomBlock(random);
        }

        public int Id { get; }

        public int H { get; }

        public int V { get; }

        public int BlocksPerRow { get; }

        public int BlockRows { get; }

        public int Prediction { get; set; }

        /// <summary>[rows, columns] with those that fill up; each in zigzag order.</summary>

        public short[,][] Blocks { get; }

        /// <summary>Mostly few low frequencies; some blocks are full, some are constant.</summary>
        private static short[] RandomBlock(Random random)
        {
            var block = new short[64];
            block[0] = (short)random.Next(-230, 230);
            var values = random.Next(8) switch { 0 => 0, 1 => 63, _ => random.Next(1, 12) };
            for (var i = 0; i < values; i++)
            {
                var k = values == 63 ? i + 1 : 1 + (int)(63 * Math.Pow(random.NextDouble(), 3));
                block[k] = (short)random.Next(-1 - (24 / k), 2 + (24 / k));
            }
            return block;
        }

        private static int Ratio(int value, int divisor) => (value + divisor - 1) / divisor;
    }
}
