namespace Temoto.Formats.Files;

/// <summary>Bytes on their way into a file that the user named. Failing to write is an <see cref="IOException"/> that names the file and what to do.</summary>
internal sealed class OutputStream(string name, Stream inner) : Stream
{
    private long writtenBytes;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>Bytes written; a pipe could not be asked.</summary>
    public override long Length => writtenBytes;

    public override long Position
    {
        get => writtenBytes;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
            writtenBytes += buffer.Length;
        }
        catch (Exception error) when (FullDisk.IsFailureToWrite(error))
        {
            throw Failed(error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => Flush(toDisk: false);

    /// <summary>Returns when the bytes are on the disk.</summary>
    public void FlushToDisk() => Flush(toDisk: true);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private void Flush(bool toDisk)
    {
        try
        {
            if (toDisk && inner is FileStream file)
                file.Flush(flushToDisk: true);
            else
                inner.Flush();
        }
        catch (Exception error) when (FullDisk.IsFailureToWrite(error))
        {
            throw Failed(error);
        }
    }

    private IOException Failed(Exception error) =>
        FullDisk.Is(error)
            ? FullDisk.Error(name, error)
            : new IOException($"{name}: cannot be written: {error.Message.ReplaceLineEndings(" ")}; choose another output path", error);
}
