using System.Buffers.Binary;

namespace Temoto.Tests.Packing;

/// <summary>Small matrices for the packing tests.</summary>
internal static class SampleMatrices
{
    /// <summary>Weights round zero, about 3 bits each, with a rare outlier.</summary>
    public static byte[] Peaked(int count, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
            bytes[i] = (byte)(sbyte)(random.Next(500) == 0 ? random.Next(-127, 128) : random.Next(5) - random.Next(5) + random.Next(3) - random.Next(3));
        return bytes;
    }

    /// <summary>Every byte as likely as any other.</summary>
    public static byte[] Uniform(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Every pair of bytes equally often.</summary>
    public static byte[] EveryPair(int times)
    {
        var pairs = Enumerable.Range(0, 65536 * times).Select(i => (ushort)i).ToArray();
        new Random(5).Shuffle(pairs);
        var bytes = new byte[2 * pairs.Length];
        for (var i = 0; i < pairs.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), pairs[i]);
        return bytes;
    }
}
