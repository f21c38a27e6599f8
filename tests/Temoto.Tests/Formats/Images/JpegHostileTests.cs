using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

/// <summary>JPEG files that somebody made to do harm, each refused with a line that says what is wrong.</summary>
public class JpegHostileTests
{
    private static readonly (int, int)[] Colour = [(2, 2), (1, 1), (1, 1)];

    public static TheoryData<string, string> Damage => new()
    {
        { "oversubscribed", "more codes than there are bit patterns" }, { "all ones", "more codes than there are bit patterns" }, { "too many codes", "at most 256" }, { "dc symbol", "DC symbol 16" }, { "table id", "table 4" },
        { "no table", "DC code 0" }, { "no quantization", "quantization table 0" }, { "zero step", "step 0" }, { "arithmetic", "arithmetic" }, { "lossless", "lossless" }, { "12 bit", "12 bits" }, { "dnl", "DNL" },
        { "large", "65535 x 65535" }, { "plausible size", "pixel data" }, { "sampling", "sampling 5" }, { "two components", "2 components" }, { "same component", "two components" }, { "second frame", "a second frame" },
        { "no frame", "before the frame" }, { "cut", "the end of the scan's data" }, { "no end", "before the end of the file" }, { "unknown component", "component 9" }, { "junk", "begins with FF" }, { "long segment", "a length of" }, { "empty", "no frame" },
    };

    [Theory]
    [MemberData(nameof(Damage))]
    public void RefusesWithALine(string damage, string said)
    {
        var file = Damaged(JpegFixture.Write(new JpegKind(50, 40, Colour), 7).ToList(), damage);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InputException>(() => ImageReader.Read([.. file], "x"));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void RestartMarkersWithoutEndAreRefused()
    {
        var file = JpegFixture.Write(new JpegKind(50, 40, Colour, RestartInterval: 1), 7).ToList();
        var first = Find(file, JpegMarker.FirstRestart);
        file.RemoveRange(first, file.Count - first);
        for (var i = 0; i < 1 << 20; i++)
            file.AddRange([0xFF, JpegMarker.FirstRestart]);
        AssertRefusedSoon([.. file], "the end of the scan's data");
    }

    [Fact]
    public void ScansThatBeginAgainAreRefused()
    {
        // The same first scan of a progressive picture a thousand times.
        var file = JpegFixture.Write(new JpegKind(400, 300, Colour, Progressive: true), 7).ToList();
        var start = Find(file, JpegMarker.StartOfScan);
        var end = Find(file, JpegMarker.StartOfScan, start + 2);
        var scan = file[start..end];
        for (var i = 0; i < 1000; i++)
            file.InsertRange(end, scan);
        AssertRefusedSoon([.. file], "going on where the last one ended");
    }

    [Fact]
    public void ScansThatCostMoreThanTheySayAreCounted()
    {
        // A band of one coefficient in each scan, first and refined: allowed by the standard, and nearly nothing to read in each.
        var file = JpegFixture.Write(new JpegKind(2000, 2000, [(1, 1)], Progressive: true), 7).ToList();
        var start = Find(file, JpegMarker.StartOfScan, Find(file, JpegMarker.StartOfScan) + 2);
        file.RemoveRange(start, file.Count - start);
        var empty = JpegFixture.EmptyBand(250 * 250);
        for (var k = 1; k < 64; k++)
        {
            for (var low = 13; low >= 0; low--)
            {
                file.AddRange([0xFF, JpegMarker.StartOfScan, 0, 8, 1, 1, 0, (byte)k, (byte)k, (byte)(((low == 13 ? 0 : low + 1) << 4) | low)]);
                file.AddRange(empty);
            }
        }
        AssertRefusedSoon([.. file], "at most 100");
    }

    [Fact]
    public void AnUnfinishedProgressivePictureIsRefused()
    {
        var file = JpegFixture.Write(new JpegKind(50, 40, Colour, Progressive: true), 7).ToList();
        var last = 0;
        for (var at = Find(file, JpegMarker.StartOfScan); at > 0; at = Find(file, JpegMarker.StartOfScan, at + 2))
            last = at;
        file.RemoveRange(last, file.Count - last);
        file.AddRange([0xFF, JpegMarker.EndOfImage]);
        Assert.Contains("without all its scans", Assert.Throws<InputException>(() => ImageReader.Read([.. file], "x")).Message, StringComparison.Ordinal);
    }

    private static void AssertRefusedSoon(byte[] file, string said)
    {
        // A second at most where the limits hold; without them, hundreds of scans over tens of megapixels.
        ProcessorTime.AssertBelow(20, said, () =>
            Assert.Contains(said, Assert.Throws<InputException>(() => ImageReader.Read(file, "x")).Message, StringComparison.Ordinal));
    }

    private static List<byte> Damaged(List<byte> file, string damage)
    {
        var (dqt, dht, sof, sos) = (Find(file, JpegMarker.QuantizationTables), Find(file, JpegMarker.HuffmanTables), Find(file, JpegMarker.Baseline), Find(file, JpegMarker.StartOfScan));
        switch (damage)
        {
            case "oversubscribed":
                file[dht + 5] = 3;
                file[dht + 7] -= 3;
                break;
            case "all ones":
                // Two codes of one bit: 0 and 1.
                file[dht + 5] = 2;
                file[dht + 7] -= 2;
                break;
            case "too many codes":
                file[dht + 10] = 255;
                file[dht + 11] = 255;
                break;
            case "dc symbol":
                file[dht + 5 + 16] = 16;
                break;
            case "table id":
                file[dht + 4] = 4;
                break;
            case "no table":
                file.RemoveRange(dht, sof - dht);
                break;
            case "no quantization":
                file.RemoveRange(dqt, dht - dqt);
                break;
            case "zero step":
                file[dqt + 9] = 0;
                break;
            case "arithmetic":
                file[sof + 1] = 0xC9;
                break;
            case "lossless":
                file[sof + 1] = 0xC3;
                break;
            case "12 bit":
                file[sof + 4] = 12;
                break;
            case "dnl":
                (file[sof + 5], file[sof + 6]) = (0, 0);
                break;
            case "large":
                (file[sof + 5], file[sof + 6], file[sof + 7], file[sof + 8]) = (255, 255, 255, 255);
                break;
            case "plausible size":
                (file[sof + 5], file[sof + 7]) = (0x1F, 0x1F);
                break;
            case "sampling":
                file[sof + 11] = 0x52;
                break;
            case "two components":
                file[sof + 9] = 2;
                file[sof + 3] -= 3;
                file.RemoveRange(sof + 16, 3);
                break;
            case "same component":
                file[sof + 13] = 1;
                break;
            case "second frame":
                file.InsertRange(sof, file[sof..sos]);
                break;
            case "no frame":
                file.RemoveRange(sof, sos - sof);
                break;
            case "cut":
                file.RemoveRange(sos + 60, file.Count - sos - 62);
                break;
            case "no end":
                file.RemoveRange(file.Count - 2, 2);
                break;
            case "unknown component":
                file[sos + 5] = 9;
                break;
            case "junk":
                file.Insert(sof, 0);
                break;
            case "long segment":
                file[sof + 2] = 255;
                break;
            case "empty":
                file.RemoveRange(dqt, file.Count - dqt - 2);
                break;
        }
        return file;
    }

    /// <summary>Where the next FF and this byte lie; -1 where there are none.</summary>
    private static int Find(List<byte> file, int marker, int from = 0)
    {
        for (var i = from; i < file.Count - 1; i++)
        {
            if (file[i] == 0xFF && file[i + 1] == marker)
                return i;
        }
        return -1;
    }
}
