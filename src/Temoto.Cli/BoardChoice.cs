using System.Reflection;
using System.Text;
using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Cli;

/// <summary>The boards that come with the command, by name, and those of files.</summary>
internal static class BoardChoice
{
    private const string Prefix = "boards/";
    private const string Suffix = ".json";

    /// <summary>Names of boards/*.json.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal)];

    /// <summary>A name of <see cref="Names"/>, or a file.</summary>
    /// <exception cref="InputException">Neither, or no board.</exception>
    public static Board Read(string choice)
    {
        if (Names.Contains(choice))
            return Board.FromJson(Encoding.UTF8.GetString(Bytes(choice)));
        return File.Exists(choice) || choice.Contains('/', StringComparison.Ordinal) || choice.Contains('.', StringComparison.Ordinal)
            ? BoardFile.Read(choice)
            : throw new InputException("--board", null, $"'{choice}'", $"a board file, or one of {string.Join(", ", Names)}", "check the name");
    }

    private static byte[] Bytes(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name + Suffix)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
