using System.Security.Cryptography;
using Temoto.Demo.Pictures;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Images;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Demo;

public sealed class PictureSetTests : IDisposable
{
    private static readonly string DemoFolder = Path.Combine(RepositoryPaths.Root, "models", "demo-vision");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void TheSameSeedDrawsTheSamePicturesEverywhere()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var number = 0; number < 24; number++)
            hash.AppendData(PictureSet.Draw(1, number).Pixels);
        // A change of the generator changes this, and means that the model is no longer the one its README speaks of.
        Assert.Equal("0c70a1fc5c88358bb224353366d752e508b891914b2ab71edbd18d5b9a6ee07d", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void TheSamplesInTheRepositoryAreWhatTheGeneratorWrites()
    {
        PictureSet.WriteSamples(folder.Path, 7, 12);
        var names = Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(names, Directory.GetFiles(Path.Combine(DemoFolder, "samples")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        // Pixels, not bytes: another zlib may compress otherwise.
        foreach (var name in names)
            Assert.Equal(ImageReader.Read(folder.File(name!)).Pixels, ImageReader.Read(Path.Combine(DemoFolder, "samples", name!)).Pixels);
    }

    [Fact]
    public void NoPictureIsInTwoSets()
    {
        var seen = new HashSet<string>();
        foreach (var set in new ulong[] { 1, 2, 5, 7 })
        {
            for (var number = 0; number < 120; number++)
                Assert.True(seen.Add(Convert.ToHexString(SHA256.HashData(PictureSet.Draw(set, number).Pixels))), $"set {set}, picture {number}");
        }
    }

    [Fact]
    public void RecordsAndFoldersHoldTheSamePictures()
    {
        const int count = 13, recordBytes = 1 + Canvas.Side * Canvas.Side * Image.Channels;
        PictureSet.WriteRecords(folder.File("records.u8"), 9, count);
        PictureSet.WriteFolders(folder.File("pictures"), 9, count);
        var records = File.ReadAllBytes(folder.File("records.u8"));
        Assert.Equal(count * recordBytes, records.Length);
        for (var number = 0; number < count; number++)
        {
            var record = records.AsSpan(number * recordBytes, recordBytes);
            Assert.Equal(number % 6, record[0]);
            Assert.Equal(record[1..].ToArray(), ImageReader.Read(folder.File($"pictures/{PictureClasses.Names[record[0]]}/{number:0000}.png")).Pixels);
        }
    }

    [Fact]
    public void TheModelsLabelsAreTheGeneratorsClasses()
    {
        using var checkpoint = CheckpointReader.Open(DemoFolder);
        Assert.Equal(PictureClasses.Names, checkpoint.Config.Vision!.Labels);
        Assert.Equal((Canvas.Side, Canvas.Side), (checkpoint.Config.Vision.ImageWidth, checkpoint.Config.Vision.ImageHeight));
        Assert.InRange(new FileInfo(Path.Combine(DemoFolder, "model.safetensors")).Length, 1, 4_000_000);
    }
}
