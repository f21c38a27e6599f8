namespace Temoto.Formats.Images;

/// <summary>Parts of an array, read one behind the other as one stream.</summary>
internal sealed class ConcatenatedStream(byte[] data, IReadOnlyList<(int At, int Length)> parts) : Stream
{
    private int part;
    private int done;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (part < parts.Count && done == parts[part].Length)
            (part, done) = (part + 1, 0);
        if (part == parts.Count)
            return 0;
        var count = Math.Min(buffer.Length, parts[part].Length - done);
        data.AsSpan(parts[part].At + done, count).CopyTo(buffer);
        done += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
