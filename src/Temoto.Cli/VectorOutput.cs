using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Temoto.Formats.Files;

namespace Temoto.Cli;

/// <summary>Where the vectors of <c>embed</c> go, as they are made: stdout or a file, a line of JSON each or one array.</summary>
internal static class VectorOutput
{
    private const string Npy = ".npy";

    /// <param name="path">Null for stdout; a name that ends with .npy gets an array.</param>
    /// <param name="count">Of the vectors.</param>
    public static void Write(string? path, int count, int dimensions, IEnumerable<EmbeddedLine> vectors)
    {
        if (path is null)
            WriteLines(vectors, Console.Out);
        else if (path.EndsWith(Npy, StringComparison.OrdinalIgnoreCase))
            AtomicFile.Write(path, stream => WriteArray(count, dimensions, vectors, stream));
        else
            AtomicFile.Write(path, stream => WriteLines(vectors, stream));
    }

    private static void WriteLines(IEnumerable<EmbeddedLine> vectors, TextWriter output)
    {
        foreach (var vector in vectors)
            output.WriteLine(JsonSerializer.Serialize(vector, EmbedContext.Default.EmbeddedLine));
    }

    private static void WriteLines(IEnumerable<EmbeddedLine> vectors, Stream stream)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        WriteLines(vectors, writer);
    }

    /// <summary>NumPy's format, version 1.0.</summary>
    private static void WriteArray(int count, int dimensions, IEnumerable<EmbeddedLine> vectors, Stream stream)
    {
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, {dimensions}), }}";
        // The numbers begin at a multiple of 64.
        const int before = 10, multiple = 64;
        var padded = (before + header.Length + 1 + multiple - 1) / multiple * multiple - before;
        stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)padded, (byte)(padded >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + "\n"));
        foreach (var vector in vectors)
            stream.Write(MemoryMarshal.AsBytes<float>(vector.Embedding));
    }
}

/// <summary>A line of <c>embed</c>.</summary>
/// <param name="Index">Of the line of text or the picture, from 0.</param>
internal sealed record EmbeddedLine(int Index, int Tokens, float[] Embedding);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EmbeddedLine))]
internal sealed partial class EmbedContext : JsonSerializerContext;
