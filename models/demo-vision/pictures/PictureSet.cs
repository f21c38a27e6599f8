using Temoto.Formats.Images;

namespace Temoto.Demo.Pictures;

/// <summary>Pictures of one seed, the classes in turns. Sets of different seeds have no picture in common: each picture's own seed is the set's, times 2^32, plus its number.</summary>
internal static class PictureSet
{
    public static PictureClass ClassOf(int number) => (PictureClass)(number % PictureClasses.Names.Count);

    /// <param name="setSeed">Below 2^32.</param>
    /// <param name="number">Of the picture in the set.</param>
    public static Image Draw(ulong setSeed, int number) => InspectionPicture.Draw((setSeed << 32) + (uint)number, ClassOf(number));

    /// <summary>For train.py: per picture a byte of class and 64 x 64 x 3 bytes of red, green and blue.</summary>
    public static void WriteRecords(string path, ulong setSeed, int count)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var file = File.Create(path);
        for (var number = 0; number < count; number++)
        {
            file.WriteByte((byte)ClassOf(number));
            file.Write(Draw(setSeed, number).Pixels);
        }
    }

    /// <summary>For <c>temoto eval --task</c>: a folder per class with PNG files.</summary>
    public static void WriteFolders(string folder, ulong setSeed, int count)
    {
        foreach (var name in PictureClasses.Names)
            Directory.CreateDirectory(Path.Combine(folder, name));
        for (var number = 0; number < count; number++)
            PngWriter.Write(Draw(setSeed, number), Path.Combine(folder, PictureClasses.Names[(int)ClassOf(number)], $"{number:0000}.png"));
    }

    /// <summary>A few pictures side by side in one folder, each named after its class.</summary>
    public static void WriteSamples(string folder, ulong setSeed, int count)
    {
        Directory.CreateDirectory(folder);
        for (var number = 0; number < count; number++)
            PngWriter.Write(Draw(setSeed, number), Path.Combine(folder, $"{PictureClasses.Names[(int)ClassOf(number)]}-{number / PictureClasses.Names.Count + 1}.png"));
    }
}
