namespace Temoto.Formats.Images;

/// <summary>The tables that DHT, DQT and DRI segments define, each until it is defined anew.</summary>
internal sealed class JpegTables
{
    private readonly JpegHuffmanTable?[] dc = new JpegHuffmanTable?[4];
    private readonly JpegHuffmanTable?[] ac = new JpegHuffmanTable?[4];
    private readonly int[]?[] quantization = new int[]?[4];

    /// <summary>MCUs between two restart markers; 0 for none.</summary>
    public int RestartInterval { get; private set; }

    public JpegHuffmanTable Dc(ImageSource source, string where, int id) => Require(source, where, dc, id, "DC code");

    public JpegHuffmanTable Ac(ImageSource source, string where, int id) => Require(source, where, ac, id, "AC code");

    public int[] Quantization(ImageSource source, string where, int id) => Require(source, where, quantization, id, "quantization table");

    public void ReadHuffman(ImageSource source, int at, int end)
    {
        while (at < end)
        {
            var (isAc, id, table) = JpegHuffmanTable.Read(source, ref at, end);
            (isAc ? ac : dc)[id] = table;
        }
    }

    public void ReadQuantization(ImageSource source, int at, int end)
    {
        while (at < end)
        {
            var where = $"DQT at byte {at}";
            var (precision, id) = (source.Data[at] >> 4, source.Data[at] & 15);
            at++;
            if (precision > 1 || id > 3)
                throw source.Bad(where, $"precision {precision}, table {id}", "precision 0 or 1, table 0 to 3");
            var entryBytes = precision + 1;
            if (end - at < JpegComponent.BlockSamples * entryBytes)
                throw source.Bad(where, $"{end - at} bytes", $"{JpegComponent.BlockSamples * entryBytes}");
            var table = new int[JpegComponent.BlockSamples];
            for (var k = 0; k < table.Length; k++, at += entryBytes)
            {
                var value = entryBytes == 1 ? source.Data[at] : source.UInt16BigEndian(at, "DQT");
                table[JpegTransform.NaturalOrder[k]] = value > 0 ? value : throw source.Bad(where, $"step 0 for coefficient {k}", "at least 1");
            }
            quantization[id] = table;
        }
    }

    public void ReadRestartInterval(ImageSource source, int at, int end)
    {
        if (end - at != 2)
            throw source.Bad($"DRI at byte {at}", $"{end - at} bytes", "2");
        RestartInterval = source.UInt16BigEndian(at, "DRI");
    }

    private static T Require<T>(ImageSource source, string where, T?[] tables, int id, string what)
        where T : class =>
        (id < tables.Length ? tables[id] : null) ?? throw source.Bad(where, $"{what} {id}", "a table that a segment before it defines");
}
