namespace Temoto.Formats.Images;

/// <summary>The second bytes of JPEG's markers (ITU-T T.81, table B.1).</summary>
internal static class JpegMarker
{
    public const int Prefix = 0xFF;
    public const int Baseline = 0xC0;
    public const int ExtendedSequential = 0xC1;
    public const int Progressive = 0xC2;
    public const int HuffmanTables = 0xC4;
    public const int FirstRestart = 0xD0;
    public const int LastRestart = 0xD7;
    public const int StartOfImage = 0xD8;
    public const int EndOfImage = 0xD9;
    public const int StartOfScan = 0xDA;
    public const int QuantizationTables = 0xDB;
    public const int NumberOfLines = 0xDC;
    public const int RestartInterval = 0xDD;
    public const int FirstApplication = 0xE0;
    public const int LastApplication = 0xEF;
    public const int Comment = 0xFE;

    /// <summary>For error lines.</summary>
    public static string Name(int marker) => marker switch
    {
        Baseline => "SOF0",
        ExtendedSequential => "SOF1",
        Progressive => "SOF2",
        0xC3 or 0xC7 or 0xCB or 0xCF => $"SOF{marker - 0xC0} (lossless)",
        0xC5 or 0xC6 => $"SOF{marker - 0xC0} (hierarchical)",
        0xC9 or 0xCA => $"SOF{marker - 0xC0} (arithmetic coding)",
        0xCC => "DAC (arithmetic coding)",
        0xCD or 0xCE => $"SOF{marker - 0xC0} (hierarchical, arithmetic coding)",
        0xDE or 0xDF => $"{(marker == 0xDE ? "DHP" : "EXP")} (hierarchical)",
        HuffmanTables => "DHT",
        >= FirstRestart and <= LastRestart => $"RST{marker - FirstRestart}",
        StartOfImage => "SOI",
        EndOfImage => "EOI",
        StartOfScan => "SOS",
        QuantizationTables => "DQT",
        NumberOfLines => "DNL",
        RestartInterval => "DRI",
        >= FirstApplication and <= LastApplication => $"APP{marker - FirstApplication}",
        Comment => "COM",
        _ => $"marker {marker:X2}",
    };
}
