namespace Temoto.Evaluation;

/// <summary>One picture of a task.</summary>
/// <param name="Path">The file.</param>
/// <param name="Class">The number of its class in the model's labels.</param>
internal sealed record ImageTaskRow(string Path, int Class);

/// <summary>A task of pictures: a folder with one subfolder per class, named as in id2label, that holds the pictures of the class and nothing else.</summary>
internal static class ImageTask
{
    private const string Expected = "a folder per class that holds its pictures";

    /// <summary>The pictures, sorted by class and name. Names that begin with a dot, and files beside the subfolders, are no part of a task.</summary>
    /// <param name="labels">The model's. Not all of them need a subfolder.</param>
    public static IReadOnlyList<ImageTaskRow> Read(string folder, IReadOnlyList<string> labels)
    {
        var rows = new List<ImageTaskRow>();
        foreach (var path in Directory.EnumerateDirectories(folder).Where(IsVisible).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            var index = IndexOf(labels, name);
            if (index < 0)
                throw new InputException(folder, null, $"the subfolder '{name}'", $"the model's classes: {Few(labels)}", "rename it as id2label has it, or move it away");
            if (Directory.EnumerateDirectories(path).FirstOrDefault(IsVisible) is { } inner)
                throw new InputException(inner, null, "a folder inside a class", Expected, "put the pictures directly into the class's folder");
            rows.AddRange(Directory.EnumerateFiles(path).Where(IsVisible).Order(StringComparer.Ordinal).Select(file => new ImageTaskRow(file, index)));
        }
        return rows.Count > 0 ? [.. rows.OrderBy(row => row.Class)] : throw new InputException(folder, null, "no pictures", Expected, $"name the subfolders {Few(labels)}");
    }

    private static bool IsVisible(string path) => !Path.GetFileName(path).StartsWith('.');

    /// <summary>Where two classes have one name, the first.</summary>
    private static int IndexOf(IReadOnlyList<string> labels, string name)
    {
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i] == name)
                return i;
        }
        return -1;
    }

    private static string Few(IReadOnlyList<string> labels) => string.Join(", ", labels.Take(8)) + (labels.Count > 8 ? " ..." : "");
}
