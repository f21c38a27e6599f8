using System.Globalization;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>
/// A model split over several GGUF files, NAME-00001-of-00003.gguf and so on: each is a GGUF file with some of the tensors; the metadata are the first one's. Keys of each:
/// split.no (from 0), split.count, and split.tensors.count of all.
/// </summary>
internal static class GgufSplit
{
    private const string CountKey = "split.count";
    private const string NumberKey = "split.no";
    private const string TensorsKey = "split.tensors.count";

    /// <summary>Five digits.</summary>
    private const int MostParts = 99_999;

    /// <summary>What a name says of a part.</summary>
    /// <param name="Prefix">What stands before the numbers.</param>
    /// <param name="Number">From 1.</param>
    internal sealed record Part(string Prefix, int Number, int Count)
    {
        public string NameOf(int number) => $"{Prefix}-{number:00000}-of-{Count:00000}.gguf";
    }

    /// <summary>Null where the name is not that of a part.</summary>
    public static Part? PartOf(string path)
    {
        // -00001-of-00003.gguf
        const int digits = 5;
        const string of = "-of-", extension = ".gguf";
        var tail = path.Length - (1 + digits + of.Length + digits + extension.Length);
        if (tail < 0 || path[tail] != '-' || !path.EndsWith(extension, StringComparison.Ordinal))
            return null;
        var numbers = path.AsSpan(tail + 1, digits + of.Length + digits);
        return numbers[digits..^digits].SequenceEqual(of)
            && int.TryParse(numbers[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(numbers[^digits..], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && number >= 1 && number <= count
            ? new Part(path[..tail], number, count)
            : null;
    }

    /// <summary>A GGUF file, with the other parts where it is one: any of them may be named.</summary>
    public static GgufFile Open(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            if ((file.Int(CountKey, 0, MostParts) ?? 1) <= 1)
                return file;
            var part = PartOf(path) ?? throw file.Bad(CountKey, "a part of a model split over several files", "a name that ends in -00001-of-0000N.gguf, by which the others are found", "give the parts their names back");
            CheckPart(file, part, part.Number);
            if (part.Number == 1)
            {
                Join(file, part);
                return file;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
        // The first has the metadata.
        file.Dispose();
        return Open(First(path));
    }

    private static string First(string path)
    {
        var part = PartOf(path)!;
        var first = part.NameOf(1);
        return File.Exists(first) ? first : throw Missing(path, first, part);
    }

    private static void Join(GgufFile first, Part part)
    {
        for (var number = 2; number <= part.Count; number++)
        {
            var path = part.NameOf(number);
            if (!File.Exists(path))
                throw Missing(first.Path, path, part);
            first.Join(OpenPart(path, part, number));
        }
        var count = first.Tensors.Count + first.Unread.Count;
        if (first.Int(TensorsKey, 0, TensorEntry.MaxTensors) is { } expected && expected != count)
            throw first.Bad(TensorsKey, $"{count} tensors in the {part.Count} parts", $"{expected}", "download the parts again, of one revision");
    }

    private static GgufFile OpenPart(string path, Part part, int number)
    {
        var file = GgufFile.Open(path);
        try
        {
            CheckPart(file, part, number);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void CheckPart(GgufFile file, Part part, int number)
    {
        if (file.Int(CountKey, 0, MostParts) is var count && count != part.Count)
            throw file.Bad(CountKey, count is null ? "nothing" : $"{count}", $"{part.Count}, as the name says", "download the parts again, of one revision");
        if (file.Int(NumberKey, 0, MostParts) is var index && index != number - 1)
            throw file.Bad(NumberKey, index is null ? "nothing" : $"{index}", $"{number - 1}, as the name says", "download the parts again, of one revision");
    }

    private static InputException Missing(string path, string missing, Part part) =>
        new(path, CountKey, $"no {Path.GetFileName(missing)} beside it", $"all {part.Count} parts of the model in one folder", "download the missing part");
}
