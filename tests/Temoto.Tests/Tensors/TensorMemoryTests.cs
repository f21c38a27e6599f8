using Temoto.Tensors;

namespace Temoto.Tests.Tensors;

public unsafe class TensorMemoryTests
{
    [Fact]
    public void TensorsLieOneAfterTheOther()
    {
        using var memory = new TensorMemory(TensorMemory.BytesOf(100) + TensorMemory.BytesOf(64) + TensorMemory.BytesOf(1));
        var first = memory.Take(100, out var owner);
        Assert.Equal(0u, (nuint)first % 64);
        Assert.Equal((nint)first + 128, (nint)memory.Take(64, out var second));
        Assert.Equal((nint)first + 192, (nint)memory.Take(1, out var third));
        Assert.Same(owner, second);
        Assert.Same(owner, third);
        Assert.Equal(256, owner.ByteLength);
    }

    [Fact]
    public void MoreThanWasExpectedHasMemoryOfItsOwn()
    {
        using var memory = new TensorMemory(64);
        memory.Take(64, out var expected);
        var more = memory.Take(1000, out var other);
        Assert.NotSame(expected, other);
        Assert.Equal((nint)other.Data, (nint)more);
        Assert.True(new ReadOnlySpan<byte>(more, 1000).IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void NothingIsAllocatedForNothing()
    {
        using var memory = new TensorMemory(0);
        memory.Take(0, out var owner);
        Assert.Equal(0, owner.ByteLength);
    }
}
