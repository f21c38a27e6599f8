using Temoto.Tensors.Panels;

namespace Temoto.Tensors;

/// <summary>
/// The rows of a matrix in a shorter form than their element type: decoding gives the plain rows back, bit for bit. Safe to use from several threads.
/// </summary>
internal abstract unsafe class EncodedRows
{
    /// <summary>The encoded form.</summary>
    public abstract byte* Data { get; }

    /// <summary>What the encoded form lies in; null where it belongs to the rows themselves.</summary>
    public virtual object? Owner => null;

    /// <summary>Bytes of the encoded form, tables and headers included.</summary>
    public abstract long ByteLength { get; }

    /// <summary>Rows that are decoded together: a range that starts and ends at multiples of it costs nothing extra.</summary>
    public abstract int BlockRows { get; }

    /// <summary>The same rows for kernels that multiply them without laying them out plain; null where the code is another.</summary>
    public virtual EscapedRows? Escaped => null;

    /// <summary>The same rows in panels, for kernels that multiply those; null where they lie otherwise.</summary>
    public virtual PanelRows? Panels => null;

    /// <summary>The same rows, whose encoded form was copied to <paramref name="data"/>; for rows that have an <see cref="Owner"/>.</summary>
    public virtual EncodedRows At(byte* data, object owner) => throw new NotSupportedException("rows that lie in no file");

    /// <summary>Writes rows [start, end) as plain rows, one after the other.</summary>
    public abstract void DecodeRows(long start, long end, byte* destination);
}
