using Temoto.Tensors;

namespace Temoto.Packing;

/// <summary>
/// The escape code of a row of bytes: IDs of one width, so that shuffles turn 64 of them into bytes at a time. An ID is the place of its byte in a table that the whole matrix shares; where a
/// row has escapes, ID 0 is one: that byte lies as it is, one after the other, among the row's escapes. A row of width 8 is its bytes. Writer and reader side by side; this is the specification.
/// </summary>
internal static unsafe class EscapeCode
{
    /// <summary>Bytes of this width are stored as they are.</summary>
    public const int PlainWidth = 8;

    /// <summary>The widest ID.</summary>
    public const int MostIdBits = 7;

    /// <summary>Bytes by ID.</summary>
    public const int TableBytes = 1 << MostIdBits;

    /// <summary>IDs that are turned into bytes together; from one such unit to the next are 8 bytes for each bit of the width.</summary>
    public const int UnitIds = 64;

    /// <summary>For each width from 1 on: where the bytes of the IDs come from, by how many bits they are shifted, the bits of an ID, and two registers of table.</summary>
    public const int ShuffleBytes = 5 * UnitIds;

    /// <summary>For all widths.</summary>
    public const int AllShuffleBytes = MostIdBits * ShuffleBytes;

    /// <summary>Bytes of the IDs of a row.</summary>
    public static long IdBytes(long rowBytes, int width) => (rowBytes * width + 7) / 8;

    /// <summary>Writes the IDs and escapes of a row, and returns how many escapes there are.</summary>
    /// <param name="ids">By byte: its ID; 0 for a byte without, and for that of ID 0.</param>
    /// <param name="escaped">Whether the row has escapes; if not, every byte of it has an ID of the width.</param>
    /// <param name="idBytes"><see cref="IdBytes"/>.</param>
    public static long Encode(byte* row, long rowBytes, int width, ReadOnlySpan<byte> ids, bool escaped, byte* idBytes, byte* escapes)
    {
        var first = escapes;
        new Span<byte>(idBytes, (int)IdBytes(rowBytes, width)).Clear();
        for (long position = 0; position < rowBytes; position++)
        {
            var value = row[position];
            if (width == PlainWidth)
            {
                idBytes[position] = value;
                continue;
            }
            int id = ids[value];
            if (id >> width != 0)
                id = 0;
            if (id == 0 && escaped)
                *escapes++ = value;
            var bit = position * width;
            var bits = id << (int)(bit & 7);
            idBytes[bit >> 3] |= (byte)bits;
            if (bits >> 8 != 0)
                idBytes[(bit >> 3) + 1] |= (byte)(bits >> 8);
        }
        return escapes - first;
    }

    /// <summary>Lays a row out plain. False where it has another number of escapes than it should.</summary>
    /// <param name="table">Bytes by ID.</param>
    public static bool Decode(EscapedRow row, long rowBytes, byte* table, byte* destination)
    {
        var escapes = row.Escapes;
        var escaped = row.Escapes != row.EscapesEnd;
        var mask = (1 << row.Width) - 1;
        for (long position = 0; position < rowBytes; position++)
        {
            if (row.Width == PlainWidth)
            {
                destination[position] = row.Ids[position];
                continue;
            }
            var bit = position * row.Width;
            var shift = (int)(bit & 7);
            var id = row.Ids[bit >> 3] >> shift;
            if (shift + row.Width > 8)
                id |= row.Ids[(bit >> 3) + 1] << 8 - shift;
            id &= mask;
            if (id != 0 || !escaped)
                destination[position] = table[id];
            else if (escapes == row.EscapesEnd)
                return false;
            else
                destination[position] = *escapes++;
        }
        return escapes == row.EscapesEnd;
    }

    /// <summary>
    /// What shuffles need, [widths, <see cref="ShuffleBytes"/>]. Byte i of each eight of a unit comes from the width's bytes of these eight IDs, of which there are no more; the shift brings
    /// ID i down to its low end; what stands above it is left there, and the table is repeated until it fills two registers.
    /// </summary>
    /// <param name="table"><see cref="TableBytes"/>.</param>
    public static void WriteShuffles(byte* table, byte* shuffles)
    {
        for (var width = 1; width <= MostIdBits; width++, shuffles += ShuffleBytes)
        {
            for (var i = 0; i < UnitIds; i++)
            {
                shuffles[i] = (byte)(i / 8 * width + i % 8);
                shuffles[UnitIds + i] = (byte)(i % 8 * width);
                shuffles[2 * UnitIds + i] = (byte)((1 << width) - 1);
            }
            for (var i = 0; i < TableBytes; i++)
                shuffles[3 * UnitIds + i] = table[i & (1 << width) - 1];
        }
    }
}
