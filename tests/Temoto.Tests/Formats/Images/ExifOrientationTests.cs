using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

public class ExifOrientationTests
{
    private static readonly byte[] BigEndian = [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 2, 1, 0x0F, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
    private static readonly byte[] LittleEndian = [(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0];

    [Fact]
    public void BothByteOrdersAreRead()
    {
        Assert.Equal(6, ExifOrientation.Read(BigEndian));
        Assert.Equal(8, ExifOrientation.Read(LittleEndian));
    }

    [Fact]
    public void WhatCannotBeReadIsUpright()
    {
        // Cut anywhere, or any byte changed: never an exception, never a number that is no orientation.
        foreach (var whole in new[] { BigEndian, LittleEndian })
        {
            for (var i = 0; i < whole.Length; i++)
            {
                Assert.Equal(1, ExifOrientation.Read(whole.AsSpan(0, i)));
                for (var value = 0; value < 256; value++)
                {
                    var changed = whole.ToArray();
                    changed[i] = (byte)value;
                    Assert.InRange(ExifOrientation.Read(changed), 1, 8);
                }
            }
        }
    }
}
