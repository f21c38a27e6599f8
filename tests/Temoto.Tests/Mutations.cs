namespace Temoto.Tests;

/// <summary>Damages a small file in seeded ways and checks that reading it ends well: read, or refused with an <see cref="InputException"/>.</summary>
internal static class Mutations
{
    /// <summary>A case takes some milliseconds, compiling what it meets first a second; what grows with a number read from the file takes minutes.</summary>
    private const double MostSeconds = 20;

    /// <summary>Any other exception fails the calling test, as does a case that takes long.</summary>
    public static (int Read, int Refused) Run(byte[] whole, int seed, int count, Action<byte[]> read)
    {
        var random = new Random(seed);
        var counts = (Read: 0, Refused: 0);
        for (var i = 0; i < Thoroughness.Cases(count); i++)
        {
            var damaged = Damage(whole, random);
            if (EndsWell<InputException>($"case {i} of seed {seed}", () => read(damaged)))
                counts.Read++;
            else
                counts.Refused++;
        }
        return counts;
    }

    /// <summary>Whether it went on, or was refused as it may be. Any other exception fails the calling test, as does a case that takes long.</summary>
    public static bool EndsWell<TRefusal>(string what, Action read)
        where TRefusal : Exception
    {
        var (isRead, start) = (true, ProcessorTime.ThreadSeconds());
        try
        {
            read();
        }
        catch (TRefusal)
        {
            isRead = false;
        }
        catch (Exception error)
        {
            Assert.Fail($"{what}: {error}");
        }
        var seconds = ProcessorTime.ThreadSeconds() - start;
        Assert.True(seconds < MostSeconds, $"{what} took {seconds:0.0} s of processor time");
        return isRead;
    }

    /// <summary>A few changes of the kinds that find faults in readers.</summary>
    public static byte[] Damage(byte[] whole, Random random)
    {
        var bytes = whole.ToList();
        for (var changes = random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes.RemoveRange(at, length);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                    break;
                case 5:
                    bytes.InsertRange(at, Enumerable.Range(0, length).Select(_ => (byte)random.Next(256)));
                    break;
                case 6:
                    // Half a surrogate pair, as a name of its own or at the front of another.
                    var quote = bytes.FindIndex(at, b => b is (byte)'{' or (byte)'"');
                    if (quote >= 0)
                        bytes.InsertRange(quote + 1, bytes[quote] == (byte)'{' ? "\"\\ud800\":0,"u8.ToArray() : "\\udc00"u8.ToArray());
                    break;
                default:
                    // What text formats are made of, in wrong places; what binary ones read as huge numbers.
                    ReadOnlySpan<byte> marks = "{}[]\",:0e-9tfn\\u\0\x7f"u8;
                    bytes[at] = random.Next(4) == 0 ? (byte)0xFF : marks[random.Next(marks.Length)];
                    break;
            }
        }
        return [.. bytes];
    }
}
