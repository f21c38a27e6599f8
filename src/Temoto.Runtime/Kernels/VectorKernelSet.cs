using System.Runtime.CompilerServices;
using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>
/// The portable vector kernels, written once over <see cref="ILanes{TVector}"/> and compiled for 128, 256 and 512 bits.
/// Matrix products, attention and element-wise operators lie in the other parts of this class.
/// </summary>
/// <typeparam name="TLanes">The register width.</typeparam>
/// <typeparam name="TVector">Its register type.</typeparam>
internal sealed unsafe partial class VectorKernelSet<TLanes, TVector> : KernelSet
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    public override string Name => TLanes.Name;

    public override void DecodeRow(Tensor weight, long row, float* destination)
    {
        var source = weight.Row(row);
        var columns = weight.Columns;
        switch (weight.DType)
        {
            case DType.F32:
                Buffer.MemoryCopy(source, destination, columns * sizeof(float), columns * sizeof(float));
                break;
            case DType.F16:
                Decode<F16Row>(source, destination, columns);
                break;
            case DType.BF16:
                Decode<BF16Row>(source, destination, columns);
                break;
            case DType.Q8_0:
                DecodeQ8(source, destination, columns);
                break;
            case DType.Q4_0:
                DecodeQ4(source, destination, columns);
                break;
            default:
                BlockDecoder.DecodeRow(weight.DType, source, destination, columns);
                break;
        }
    }

    /// <summary>Q8_0: blocks of 32, float16 scale then 32 int8.</summary>
    private static void DecodeQ8(byte* source, float* destination, long count)
    {
        for (long block = 0; block < count / 32; block++, source += 34, destination += 32)
        {
            var scale = TLanes.Broadcast(ScaleOf(source));
            for (var i = 0; i < 32; i += TLanes.Count)
                TLanes.Store(TLanes.Multiply(TLanes.LoadI8((sbyte*)source + 2 + i), scale), destination + i);
        }
    }

    /// <summary>Q4_0: blocks of 32, float16 scale then 16 bytes; low nibbles are elements 0..15, high nibbles 16..31; value (q - 8) * scale.</summary>
    private static void DecodeQ4(byte* source, float* destination, long count)
    {
        var eight = TLanes.Broadcast(8);
        for (long block = 0; block < count / 32; block++, source += 18, destination += 32)
        {
            var scale = TLanes.Broadcast(ScaleOf(source));
            for (var i = 0; i < 16; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(TLanes.Subtract(TLanes.LoadLowNibbles(source + 2 + i), eight), scale), destination + i);
                TLanes.Store(TLanes.Multiply(TLanes.Subtract(TLanes.LoadHighNibbles(source + 2 + i), eight), scale), destination + 16 + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float ScaleOf(byte* block) => (float)*(Half*)block;
}
