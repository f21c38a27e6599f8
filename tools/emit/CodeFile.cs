using System.Globalization;
using System.Text;
using Iced.Intel;

namespace Temoto.Emit;

/// <summary>The machine code of a class of the runtime, which embeds it.</summary>
/// <param name="Type">The class.</param>
/// <param name="Code">As it lies from address 0, where it is called.</param>
/// <param name="Listing">For who reads it: offset, bytes and text of each instruction, a line each.</param>
internal sealed record CodeFile(string Type, byte[] Code, string Listing)
{
    /// <summary>All emitted code of the runtime.</summary>
    public static IReadOnlyList<CodeFile> All { get; } =
    [
        Of("EmittedGemm", nameof(GemmSource), GemmSource.Assemble),
        Of("EmittedHalfScores", nameof(HalfScoresSource), HalfScoresSource.Assemble),
        Of("EmittedHalfValues", nameof(HalfValuesSource), HalfValuesSource.Assemble),
        Of("EmittedPanels", nameof(PanelsSource), PanelsSource.Assemble),
        Of("EmittedRows", nameof(RowsSource), RowsSource.Assemble),
        Of("EmittedSequences", nameof(SequencesSource), SequencesSource.Assemble),
        Of("EmittedScores", nameof(ScoresSource), ScoresSource.Assemble),
        Of("EmittedWeightedValues", nameof(WeightedValuesSource), WeightedValuesSource.Assemble),
    ];

    /// <summary>Beside the class: the code, which the runtime embeds, and the listing.</summary>
    /// <param name="kernels">The folder with the class, or one above it.</param>
    public (string Code, string Listing) Paths(string kernels)
    {
        var type = Directory.GetFiles(kernels, Type + ".cs", SearchOption.AllDirectories).Single();
        return (Path.ChangeExtension(type, ".bin"), Path.ChangeExtension(type, ".lst"));
    }

    private static CodeFile Of(string type, string source, Action<Assembler> write)
    {
        var assembler = new Assembler(64);
        write(assembler);
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), 0);
        var code = stream.ToArray();
        return new CodeFile(type, code, List(code, $"{type}.bin, {code.Length} bytes, assembled from {source}.cs. Change that and run: dotnet run --project tools/emit -- src/Temoto.Runtime/Kernels/Emitted"));
    }

    private static string List(byte[] code, string title)
    {
        var text = new StringBuilder($"; {title}\n");
        var formatter = new NasmFormatter { Options = { BranchLeadingZeros = false, ShowBranchSize = false } };
        var line = new StringOutput();
        var decoder = Iced.Intel.Decoder.Create(64, code);
        while (decoder.IP < (ulong)code.Length)
        {
            var instruction = decoder.Decode();
            formatter.Format(instruction, line);
            var bytes = Convert.ToHexString(code, (int)instruction.IP, instruction.Length);
            text.Append(CultureInfo.InvariantCulture, $"{instruction.IP:X4}  {bytes,-24}{line.ToStringAndReset()}\n");
        }
        return text.ToString();
    }
}
