using Temoto.Tensors;

namespace Temoto.Kernels.Codebooks;

/// <summary>Rows of <see cref="CodebookBlocks"/> that decode to rows of a type with integer products: see <see cref="CodebookForm"/>.</summary>
/// <param name="weight">As it is stored.</param>
/// <param name="form">Q8_0, Q5_0, Q4_0, Q5_K (of IQ3_S), or I8, whose scales lie elsewhere.</param>
internal sealed unsafe class CodebookRows(Tensor weight, DType form) : EncodedRows
{
    private const int BlockColumns = 32;

    public override byte* Data => weight.Data;

    public override object? Owner => weight;

    public override long ByteLength => weight.ByteLength;

    public override int BlockRows => 16;

    public override void DecodeRows(long start, long end, byte* destination)
    {
        var integers = stackalloc sbyte[CodebookBlocks.MostElements];
        var scales = stackalloc float[CodebookBlocks.MostElements / CodebookBlocks.GroupColumns];
        var (blockElements, blockBytes, formBytes) = (weight.DType.BlockElements(), weight.DType.BlockBytes(), (int)form.RowBytes(Math.Max(BlockColumns, form.BlockElements())));
        var block = weight.Row(start);
        for (var last = weight.Row(end); block < last; block += blockBytes)
        {
            CodebookBlocks.Read(weight.DType, block, integers, scales);
            if (form == DType.Q5_K)
            {
                SuperBlockOfIQ3_S.Write(block, integers, destination);
                destination += formBytes;
                continue;
            }
            for (var at = 0; at < blockElements; at += BlockColumns, destination += formBytes)
                Write(integers + at, scales[at / CodebookBlocks.GroupColumns], destination);
        }
    }

    private void Write(sbyte* integers, float scale, byte* destination)
    {
        switch (form)
        {
            case DType.I8:
                new Span<sbyte>(integers, BlockColumns).CopyTo(new Span<sbyte>(destination, BlockColumns));
                break;
            case DType.Q8_0:
                *(Half*)destination = (Half)scale;
                new Span<sbyte>(integers, BlockColumns).CopyTo(new Span<sbyte>(destination + 2, BlockColumns));
                break;
            case DType.Q4_0:
                *(Half*)destination = (Half)scale;
                WriteNibbles(integers, 8, destination + 2);
                break;
            default:
                *(Half*)destination = (Half)scale;
                *(uint*)(destination + 2) = FifthBits(integers);
                WriteNibbles(integers, 16, destination + 6);
                break;
        }
    }

    /// <summary>Element i in the low nibble of byte i, element i + 16 in its high one.</summary>
    private static void WriteNibbles(sbyte* integers, int zero, byte* destination)
    {
        for (var i = 0; i < 16; i++)
            destination[i] = (byte)(integers[i] + zero & 0xF | (integers[i + 16] + zero & 0xF) << 4);
    }

    /// <summary>Bit i is the fifth of integer i + 16, which is set where the integer is not negative.</summary>
    private static uint FifthBits(sbyte* integers)
    {
        var bits = 0u;
        for (var i = 0; i < BlockColumns; i++)
            bits |= (uint)(integers[i] + 16 >> 4 & 1) << i;
        return bits;
    }
}
