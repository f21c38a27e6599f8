using Temoto.Tensors;

namespace Temoto.Packing;

/// <summary>A small matrix in the escape code for the self-test: rows of every width two by two, from no escape to every byte one, so that kernels that take two at once meet both.</summary>
internal sealed unsafe class EscapedSample : EncodedRows, IDisposable
{
    /// <summary>Rows from which on they repeat in kind.</summary>
    public const int Kinds = 2 * 3 * EscapeCode.PlainWidth;

    private readonly NativeBuffer memory;
    private readonly byte* table;
    private readonly EscapedRow[] rows;
    private readonly long rowBytes;
    private readonly Rows escaped;

    /// <param name="rowBytes">Of a plain row.</param>
    public EscapedSample(int rows, int rowBytes)
    {
        this.rows = new EscapedRow[rows];
        this.rowBytes = rowBytes;
        // Each row: its plain bytes, its IDs, its escapes; behind them what may be read ahead.
        memory = new NativeBuffer(EscapeCode.TableBytes + EscapeCode.AllShuffleBytes + 3L * rows * rowBytes + rowBytes + EscapedRows.ReadAheadBytes);
        table = memory.Data;
        var random = new Random(8);
        var ids = new byte[256];
        var values = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        random.Shuffle(values);
        for (var id = 0; id < EscapeCode.TableBytes; id++)
        {
            table[id] = values[id];
            ids[values[id]] = (byte)id;
        }
        var shuffles = table + EscapeCode.TableBytes;
        EscapeCode.WriteShuffles(table, shuffles);
        var at = shuffles + EscapeCode.AllShuffleBytes;
        for (var row = 0; row < rows; row++, at += 3 * rowBytes)
        {
            var width = row / 2 % EscapeCode.PlainWidth + 1;
            // How far its bytes reach: those of its width alone, some more, all.
            var kind = row / 2 / EscapeCode.PlainWidth % 3;
            var reach = kind switch { 0 => Math.Min(1 << width, 256), 1 => Math.Min(2 << width, 256), _ => 256 };
            for (var i = 0; i < rowBytes; i++)
                at[i] = values[random.Next(reach)];
            var escapes = at + 2 * rowBytes;
            var count = EscapeCode.Encode(at, rowBytes, width, ids, kind != 0, at + rowBytes, escapes);
            this.rows[row] = new EscapedRow { Ids = at + rowBytes, Escapes = escapes, EscapesEnd = escapes + count, Width = width };
        }
        escaped = new Rows(this, shuffles);
    }

    /// <summary>A row seemed to have another number of escapes than it has.</summary>
    public bool FoundDamaged { get; private set; }

    /// <summary>Rows that somebody had laid out plain.</summary>
    public long RowsLaidOut { get; set; }

    /// <inheritdoc/>
    public override byte* Data => memory.Data;

    /// <inheritdoc/>
    public override long ByteLength => memory.ByteLength;

    /// <inheritdoc/>
    public override int BlockRows => Kinds;

    /// <inheritdoc/>
    public override EscapedRows Escaped => escaped;

    /// <inheritdoc/>
    public override void DecodeRows(long start, long end, byte* destination)
    {
        RowsLaidOut += end - start;
        for (; start < end; start++, destination += rowBytes)
        {
            if (!EscapeCode.Decode(rows[start], rowBytes, table, destination))
                escaped.ThrowDamaged();
        }
    }

    public void Dispose() => memory.Dispose();

    private sealed class Rows(EscapedSample sample, byte* shuffles) : EscapedRows
    {
        public override byte* Shuffles => shuffles;

        public override long RowBytes => sample.rowBytes;

        public override double EscapeShare => 2 / 3.0;

        public override void Locate(long start, long end, EscapedRow* rows) => sample.rows.AsSpan((int)start, (int)(end - start)).CopyTo(new Span<EscapedRow>(rows, (int)(end - start)));

        public override void ThrowDamaged() => sample.FoundDamaged = true;
    }
}
