using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>
/// A text while normalizers change it: one after the other reads it and writes it anew. It remembers how many characters at its start come from the first character of the text that was
/// given, because Metaspace may put its space before that one only.
/// </summary>
internal sealed class NormalizedText
{
    /// <summary>Buffers beyond this length are let go after the text that needed them.</summary>
    private const int KeptLength = 1 << 16;

    private char[] current = new char[256];
    private char[] next = new char[256];
    private int count;
    private int written;
    private int originWritten;

    public ReadOnlySpan<char> Text => current.AsSpan(0, count);

    /// <summary>Characters at the start that come from the first character of the given text.</summary>
    public int OriginLength { get; private set; }

    /// <summary>Begins with a text, of which perhaps the first character is the first of all.</summary>
    public void Set(ReadOnlySpan<char> text, bool isStart)
    {
        TextRoom.Ensure(ref current, 0, text.Length);
        text.CopyTo(current);
        count = text.Length;
        OriginLength = 0;
        if (isStart && !text.IsEmpty)
        {
            CodePoints.At(text, 0, out var length);
            OriginLength = length;
        }
    }

    /// <summary>Begins to write the text anew.</summary>
    public void Begin() => (written, originWritten) = (0, -1);

    /// <summary>What is written from here on comes from the character at this place of the old text.</summary>
    public void From(int at)
    {
        if (originWritten < 0 && at >= OriginLength)
            originWritten = written;
    }

    public void Append(char c)
    {
        TextRoom.Ensure(ref next, written, 1);
        next[written++] = c;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        TextRoom.Ensure(ref next, written, text.Length);
        text.CopyTo(next.AsSpan(written));
        written += text.Length;
    }

    public void AppendPoint(int point)
    {
        TextRoom.Ensure(ref next, written, 2);
        written += CodePoints.Write(point, next.AsSpan(written));
    }

    /// <summary>What was written is the text.</summary>
    public void End() => Swap(originWritten < 0 ? written : originWritten);

    /// <summary>Writes the text anew, code point by code point.</summary>
    /// <param name="write">Gets each and appends what becomes of it.</param>
    public void EachPoint(Action<NormalizedText, int> write)
    {
        Begin();
        var text = Text;
        for (var at = 0; at < text.Length;)
        {
            From(at);
            write(this, CodePoints.At(text, at, out var length));
            at += length;
        }
        End();
    }

    /// <summary>Keeps a part.</summary>
    public void Keep(int start, int end)
    {
        if (start == 0 && end == count)
            return;
        Begin();
        Append(Text[start..end]);
        Swap(Math.Clamp(OriginLength - start, 0, end - start));
    }

    /// <summary>Puts something before the text, unless that is empty. It counts as coming from the first character.</summary>
    public void Prepend(ReadOnlySpan<char> prefix)
    {
        if (count == 0 || prefix.IsEmpty)
            return;
        Begin();
        Append(prefix);
        Append(Text);
        Swap(OriginLength == 0 ? 0 : OriginLength + prefix.Length);
    }

    public void Clear()
    {
        if (current.Length > KeptLength)
            current = new char[256];
        if (next.Length > KeptLength)
            next = new char[256];
        count = 0;
    }

    private void Swap(int originLength)
    {
        OriginLength = originLength;
        (current, next) = (next, current);
        count = written;
    }
}
