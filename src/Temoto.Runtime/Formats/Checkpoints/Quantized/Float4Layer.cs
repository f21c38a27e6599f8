using Temoto.Kernels;
using Temoto.Kernels.Codebooks;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>
/// A matrix of floats of four bits (E2M1), two in a byte, the first in the low nibble: packed [outputs, inputs / 2]. MXFP4 has for each 32 inputs a byte e that stands for 2^(e - 127), NVFP4 for each 16 an F8_E4M3 number, which one
/// float32 of the whole matrix divides.
/// </summary>
internal static unsafe class Float4Layer
{
    private const int MxColumns = 32, NvColumns = 16;

    private static ReadOnlySpan<float> Magnitudes => [0, 0.5f, 1, 1.5f, 2, 3, 4, 6];

    /// <summary>GGUF's MXFP4, which holds the same: the exponent, then the nibbles of columns i and i + 16 in byte i.</summary>
    public static Tensor Mx(LinearModules modules, string name, Tensor packed, Tensor scales, List<IDisposable> owned)
    {
        var (outputs, inputs) = Shape(modules, packed, scales, MxColumns);
        var (rowBytes, blockBytes) = (DType.MXFP4.RowBytes(inputs), DType.MXFP4.BlockBytes());
        var memory = new NativeBuffer(outputs * rowBytes);
        owned.Add(memory);
        Parallel.For(0L, outputs, output =>
        {
            for (long group = 0; group < inputs / MxColumns; group++)
            {
                var block = memory.Data + output * rowBytes + group * blockBytes;
                FourBitBlocks.WriteMXFP4(packed.Row(output) + group * (MxColumns / 2), scales.Row(output)[group], block);
            }
        });
        return new Tensor(name, DType.MXFP4, [outputs, inputs], memory.Data, outputs * rowBytes, memory);
    }

    /// <summary>F16, rounded once from float32 code * (scale / whole).</summary>
    public static Tensor Nv(LinearModules modules, string name, Tensor packed, Tensor scales, Tensor whole, List<IDisposable> owned)
    {
        if (whole.ElementCount != 1)
            throw modules.Wrong(whole, "one number");
        var (outputs, inputs) = Shape(modules, packed, scales, NvColumns);
        var divisor = StoredScales.Read(whole, 0);
        var matrix = HalfMatrix.New(outputs, inputs, owned);
        Parallel.For(0L, outputs, output =>
        {
            for (long i = 0; i < inputs; i++)
                matrix.Set(output, i, Value(Code(packed.Row(output), i)) * (BlockDecoder.Float8E4M3(scales.Row(output)[i / NvColumns]) / divisor));
        });
        return matrix.ToTensor(name) ?? throw modules.Wrong(packed, "weights that float16 can hold");
    }

    private static (long Outputs, long Inputs) Shape(LinearModules modules, Tensor packed, Tensor scales, int columns)
    {
        var (outputs, inputs) = (packed.Shape[0], checked(2 * packed.Shape[1]));
        if (inputs % columns != 0)
            throw modules.Wrong(packed, $"rows of whole groups of {columns} weights, two in a byte");
        return scales.Shape[0] == outputs && scales.Shape[1] == inputs / columns ? (outputs, inputs) : throw modules.Wrong(scales, $"[{outputs}, {inputs / columns}]");
    }

    private static int Code(byte* codes, long index) => codes[index / 2] >> (int)(index % 2 * 4) & 0xF;

    private static float Value(int code) => code < 8 ? Magnitudes[code] : -Magnitudes[code - 8];
}
