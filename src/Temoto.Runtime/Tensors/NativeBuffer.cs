using System.Runtime.InteropServices;
using Temoto.Machine;

namespace Temoto.Tensors;

/// <summary>
/// Zeroed, 64-byte aligned memory outside the garbage-collected heap: arenas, caches, tensors made in memory. Large buffers come from the operating
/// system as untouched zero pages, so memory that is never used is never resident.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int Alignment = 64;

    /// <summary>Of x86-64 and of arm64 with pages of 4 KiB; assumed elsewhere.</summary>
    private const int LargePageBytes = 1 << 21;

    private void* allocation;
    private readonly byte* data;

    public NativeBuffer(long byteLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteLength);
        ByteLength = byteLength;
        allocation = NativeMemory.AllocZeroed((nuint)checked(byteLength + Alignment));
        data = (byte*)(((nuint)allocation + Alignment - 1) / Alignment * Alignment);
    }

    ~NativeBuffer() => Release();

    public long ByteLength { get; }

    public byte* Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(allocation is null, this);
            return data;
        }
    }

    public float* Floats => (float*)Data;

    /// <summary>Asks for large pages, where the system has them: for weights, before their bytes are written.</summary>
    public void PreferLargePages()
    {
        if (ByteLength >= LargePageBytes && OperatingSystem.IsLinux())
            MemoryAdvice.HugePages(Data, ByteLength);
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        NativeMemory.Free(allocation);
        allocation = null;
    }
}
