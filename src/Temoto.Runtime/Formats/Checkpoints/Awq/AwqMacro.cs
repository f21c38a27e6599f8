using System.Buffers.Binary;

namespace Temoto.Formats.Checkpoints.Awq;

/// <summary>
/// AWQ_MACRO, the unit of weights that the KV260 design streams (arXiv 2504.17376): 64 inputs of one group by 8 output channels in 72 little-endian words, 18 beats
/// of 128 bits.
/// <code>
/// word 0        zero points of the 8 channels, a nibble each        words 4 - 7   float16 scales: channels 2j and 2j + 1 in word 4 + j
/// words 1 - 3   zero                                                word 8 + i    integers of input i, a nibble for each channel
/// </code>
/// Channel c lies in the nibble that AutoAWQ's gemm layout gives it (<see cref="NibbleTile.NibbleOfChannel"/>). A weight is (q - z) * s.
/// </summary>
internal static unsafe class AwqMacro
{
    public const int Inputs = 64;
    public const int Channels = NibbleTile.Channels;
    public const int Bytes = 288;

    /// <summary>Weight streams of the design: four neighbouring tiles go to the four memory ports.</summary>
    public const int Ports = 4;

    private const int ScalesOffset = 16;
    private const int WeightsOffset = 32;

    /// <summary>Zero point of a channel, 0 to 15.</summary>
    public static int Zero(ReadOnlySpan<byte> macro, int channel) => Nibble(BinaryPrimitives.ReadUInt32LittleEndian(macro), channel);

    /// <summary>Integer of an input and a channel, 0 to 15.</summary>
    public static int Integer(ReadOnlySpan<byte> macro, int input, int channel) => Nibble(BinaryPrimitives.ReadUInt32LittleEndian(macro[(WeightsOffset + input * sizeof(uint))..]), channel);

    /// <summary>The float16 bits of a channel's scale.</summary>
    public static ushort ScaleBits(ReadOnlySpan<byte> macro, int channel) => BinaryPrimitives.ReadUInt16LittleEndian(macro[(ScalesOffset + channel * sizeof(ushort))..]);

    /// <param name="paperExact">
    /// What the published kernel does: only the exponent gets its new bias. Normal numbers come out right, but 0 becomes 2^-15, a subnormal (1 + m / 1024) * 2^-15,
    /// and infinity and NaN become numbers from 65536 on.
    /// </param>
    public static float Scale(ushort bits, bool paperExact) => paperExact
        ? BitConverter.UInt32BitsToSingle((uint)(bits & 0x8000) << 16 | ((uint)(bits & 0x7FFF) << 13) + ((127 - 15) << 23))
        : (float)BitConverter.UInt16BitsToHalf(bits);

    /// <summary>All weights of a macro as [channel, input], each (q - z) * s in float32.</summary>
    public static void Decode(ReadOnlySpan<byte> macro, bool paperExact, Span<float> weights)
    {
        for (var c = 0; c < Channels; c++)
        {
            var scale = Scale(ScaleBits(macro, c), paperExact);
            var zero = Zero(macro, c);
            for (var i = 0; i < Inputs; i++)
                weights[c * Inputs + i] = (Integer(macro, i, c) - zero) * scale;
        }
    }

    /// <summary>
    /// [rows, columns] macros to [columns, rows]: from file order [groups, tiles] to the load order [tiles, groups], in which all that one tile of outputs needs
    /// lies in a row, and back.
    /// </summary>
    public static void Transpose(byte* source, long rows, long columns, byte* destination)
    {
        for (long row = 0; row < rows; row++)
        {
            for (long column = 0; column < columns; column++)
                Buffer.MemoryCopy(source + (row * columns + column) * Bytes, destination + (column * rows + row) * Bytes, Bytes, Bytes);
        }
    }

    /// <summary>A weight's macros in file order [groups, tiles].</summary>
    public static void Encode(Int4Weight weight, byte* macros)
    {
        Parallel.For(0, checked((int)weight.Tiles), tile =>
        {
            var rows = stackalloc byte*[Channels];
            for (long g = 0; g < weight.Groups; g++)
            {
                var words = (uint*)(macros + (g * weight.Tiles + tile) * Bytes);
                new Span<byte>(words, WeightsOffset).Clear();
                weight.ZeroRows(tile, rows);
                uint zeros = 0;
                for (var c = 0; c < Channels; c++)
                {
                    zeros |= (uint)(rows[c][g / 2] >> (int)(g % 2 * 4) & 0xF) << 4 * c;
                    ((ushort*)words)[ScalesOffset / sizeof(ushort) + c] = weight.Scale(tile, c, g);
                }
                words[0] = NibbleTile.FromChannelOrder(zeros);
                weight.IntegerRows(tile, g * Inputs, rows);
                NibbleTile.ToWords(rows, Inputs, words + WeightsOffset / sizeof(uint), 1);
            }
        });
    }

    /// <summary>The inverse of <see cref="Encode"/>: integers [out, in / 2], scales [out, groups], zero points [out, (groups + 1) / 2], the last zeroed before.</summary>
    public static void Decode(byte* macros, long groups, long tiles, byte* integers, ushort* scales, byte* zeros)
    {
        Parallel.For(0, checked((int)tiles), tile =>
        {
            var rows = stackalloc byte*[Channels];
            for (long g = 0; g < groups; g++)
            {
                var macro = macros + (g * tiles + tile) * Bytes;
                var span = new ReadOnlySpan<byte>(macro, Bytes);
                for (var c = 0; c < Channels; c++)
                {
                    var row = (long)tile * Channels + c;
                    rows[c] = integers + row * groups * (Inputs / 2) + g * (Inputs / 2);
                    scales[row * groups + g] = ScaleBits(span, c);
                    zeros[row * ((groups + 1) / 2) + g / 2] |= (byte)(Zero(span, c) << (int)(g % 2 * 4));
                }
                NibbleTile.ToRows(macro + WeightsOffset, 1, Inputs, rows);
            }
        });
    }

    private static int Nibble(uint word, int channel) => (int)(word >> 4 * NibbleTile.NibbleOfChannel[channel] & 0xF);
}
