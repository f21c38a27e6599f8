using System.Runtime.InteropServices;

namespace Temoto.Tensors;

/// <summary>Zeroed, 64-byte aligned memory outside the garbage-collected heap: arenas, caches, tensors made in memory.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private byte* data;

    public NativeBuffer(long byteLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteLength);
        ByteLength = byteLength;
        data = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, byteLength), 64);
        NativeMemory.Clear(data, (nuint)Math.Max(64, byteLength));
    }

    ~NativeBuffer() => Release();

    public long ByteLength { get; }

    public byte* Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(data is null, this);
            return data;
        }
    }

    public float* Floats => (float*)Data;

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (data is null)
            return;
        NativeMemory.AlignedFree(data);
        data = null;
    }
}
