using Temoto.Generation.Tokenizers;

namespace Temoto.Tests.Generation.Tokenizers;

public class TextRoomTests
{
    [Fact]
    public void ABufferGrowsAndKeepsWhatItHas()
    {
        char[] buffer = ['a', 'b'];
        TextRoom.Ensure(ref buffer, 2, 0);
        Assert.Equal(2, buffer.Length);
        TextRoom.Ensure(ref buffer, 2, 7);
        Assert.True(buffer.Length >= 9);
        Assert.Equal("ab", new string(buffer, 0, 2));
    }

    /// <summary>Nothing is allocated for it.</summary>
    [Fact]
    public void WhatNobodyWouldWaitForIsRefused()
    {
        var buffer = new char[16];
        Assert.Throws<InputException>(() => TextRoom.Ensure(ref buffer, 16, int.MaxValue));
        Assert.Equal(16, buffer.Length);
    }
}
