using System.Buffers.Binary;
using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

/// <summary>
/// Thousands of damaged pictures of every format: each is either read or refused with an <see cref="InputException"/>, soon, and with memory in proportion to the
/// pixels it announces.
/// </summary>
public class ImageMutationTests
{
    private static readonly int Cases = Thoroughness.Cases(1500);

    /// <summary>Coefficients (2 bytes), samples, RGB and RGB turned upright, for three components.</summary>
    private const int LargestBytesPerPixel = 15;

    /// <summary>Beside pixels and twice the file: tables, the inflater's window.</summary>
    private const long AllowanceBytes = 2 << 20;

    /// <summary>The largest picture a case announces takes a second or two; what is not bounded by its pixels takes minutes.</summary>
    private const double MostSeconds = 40;

    [Theory]
    [InlineData(PngColor.Rgb, 8, false)]
    [InlineData(PngColor.Palette, 4, true)]
    [InlineData(PngColor.GrayAlpha, 16, true)]
    internal void Png(PngColor color, int depth, bool interlaced) =>
        Run($"{color}", PngFixture.Write(19, 13, color, depth, interlaced, 3, color != PngColor.GrayAlpha, 100, 6), 110, bytes => bytes.Length < 24 ? 0 : Area(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(20))), RepairChecksums);

    [Theory]
    [InlineData("baseline")]
    [InlineData("restarts")]
    [InlineData("single scans")]
    [InlineData("progressive")]
    [InlineData("ink")]
    public void Jpeg(string kind)
    {
        (int, int)[] sampling = [(2, 2), (1, 1), (1, 1)];
        var original = JpegFixture.Write(
            kind switch
            {
                "restarts" => new JpegKind(45, 30, sampling, RestartInterval: 2),
                "single scans" => new JpegKind(45, 30, sampling, Interleaved: false),
                "progressive" => new JpegKind(45, 30, sampling, Progressive: true),
                "ink" => new JpegKind(20, 30, [(1, 1), (1, 1), (1, 1), (1, 1)], Progressive: true, AdobeTransform: 2),
                _ => new JpegKind(45, 30, sampling),
            },
            11);
        Run(kind, original, 420, AnnouncedByJpeg);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    public void Pnm(int kind) => Run($"P{kind}", PnmReaderTests.Write(kind, 9, 7, kind == 5 ? 1000 : 255, 1), 30, bytes => Area(bytes.Length, 1));

    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    public void Bmp(int bits) => Run($"BMP {bits}", BmpFixture.Write(9, 7, bits, false, 1, colours: bits == 8 ? 20 : 0), 54, bytes => Area(8L * bytes.Length, 1));

    [Fact]
    public void Settings()
    {
        var original = """{"do_resize":true,"size":{"height":40,"width":40},"resample":3,"do_center_crop":true,"crop_size":32,"do_rescale":true,"rescale_factor":0.0039,"image_mean":[0.485,0.456,0.406],"image_std":[0.229,0.224,0.225],"image_processor_type":"DeiTImageProcessor"}"""u8.ToArray();
        var image = ImageResizeTests.Noise(5, 4, 1);
        // 4096 x 4096 pixels are the largest that a damaged size can ask for.
        Run("settings", original, original.Length, _ => Area(4096, 4096), read: bytes => _ = new ImagePreprocessor(PreprocessorSettings.Parse(bytes, "x")).OutputSize(image.Width, image.Height));
    }

    private static void Run(string kind, byte[] original, int headerBytes, Func<byte[], long> announcedPixels, Action<byte[]>? repair = null, Action<byte[]>? read = null)
    {
        read ??= bytes => ImageReader.Read(bytes, "x");
        read(original);
        var (opened, refused) = (0, 0);
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var bytes = new Mutator(original, Math.Min(headerBytes, original.Length), random).Next();
            if (random.Next(4) != 0)
                repair?.Invoke(bytes);
            var (before, start) = (GC.GetAllocatedBytesForCurrentThread(), ProcessorTime.ThreadSeconds());
            try
            {
                read(bytes);
                opened++;
            }
            catch (InputException error)
            {
                Assert.True(error.Message.Length < 2000 && !error.Message.Contains('\n', StringComparison.Ordinal), $"case {seed}: {error.Message}");
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"case {seed} of {kind}: {error}");
            }
            var (allocated, allowed) = (GC.GetAllocatedBytesForCurrentThread() - before, (announcedPixels(bytes) * LargestBytesPerPixel) + (2L * bytes.Length) + AllowanceBytes);
            Assert.True(allocated <= allowed, $"case {seed} of {kind}: {allocated} bytes allocated, {allowed} allowed");
            var seconds = ProcessorTime.ThreadSeconds() - start;
            Assert.True(seconds < MostSeconds, $"case {seed} of {kind} took {seconds:0.0} s of processor time");
        }
        // Damage that is always noticed, or never, would test nothing.
        Assert.True(opened > Cases / 100 && refused > Cases / 20, $"{kind}: {opened} read, {refused} refused");
    }

    /// <summary>Pixels, with those that fill up blocks; 0 for a size that must be refused.</summary>
    private static long Area(long width, long height) =>
        width > Image.MaxPixels || height > Image.MaxPixels || width * height > Image.MaxPixels ? 0 : (width + 32) * (height + 32);

    /// <summary>The largest size that any frame header of the file can mean.</summary>
    private static long AnnouncedByJpeg(byte[] bytes)
    {
        var largest = 0L;
        for (var i = 0; i < bytes.Length - 9; i++)
        {
            if (bytes[i] == 0xFF && bytes[i + 1] is JpegMarker.Baseline or JpegMarker.ExtendedSequential or JpegMarker.Progressive)
                largest = Math.Max(largest, Area(BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(i + 5)), BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(i + 7))));
        }
        return largest;
    }

    /// <summary>Gives every chunk the checksum of its bytes, so that the damage reaches what reads them.</summary>
    private static void RepairChecksums(byte[] bytes)
    {
        for (var at = PngFormat.Signature.Length; at + PngFormat.ChunkOverheadBytes <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
            if (length > bytes.Length - at - PngFormat.ChunkOverheadBytes)
                return;
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at + 8 + (int)length), PngFormat.Crc(bytes.AsSpan(at + 4, (int)length + 4)));
            at += (int)length + PngFormat.ChunkOverheadBytes;
        }
    }
}
