namespace Temoto.Tests.Grammars;

/// <summary>Schemas that people wrote (MaskBench), with instances.</summary>
internal static class RealSchemas
{
    /// <summary>JSON lines: name, schema, tests.</summary>
    public static IEnumerable<string> Rows() => Directory.GetFiles(RepositoryPaths.DataPath("maskbench"), "*.jsonl")
        .Where(file => Path.GetFileName(file) != "peer.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines);
}
