using Temoto.Kernels.Attention;
using Temoto.Kernels.Codebooks;
using Temoto.Kernels.Emitted;
using Temoto.Kernels.Integers;
using Temoto.Tensors;

namespace Temoto.Kernels.Floats;

/// <summary>
/// The portable vector kernels, written once over <see cref="ILanes{TVector}"/> and compiled for 128, 256 and 512 bits.
/// Matrix products, attention and element-wise operators lie in the other parts of this class.
/// </summary>
/// <typeparam name="TLanes">The register width.</typeparam>
/// <typeparam name="TVector">Its register type.</typeparam>
/// <param name="name">What <see cref="KernelChooser"/> calls this set.</param>
/// <param name="integers">Integer products of this processor, or null.</param>
/// <param name="attention">Attention in integers on this processor, or null.</param>
/// <param name="halves">Attention over half floats that are converted in registers, or null.</param>
internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>(string name, IntegerDot? integers, IntegerAttention? attention, EmittedHalfAttention? halves) : KernelSet
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    public override string Name => name;

    public override IntegerDot? Integers => integers;

    public override IntegerAttention? IntegerAttention => attention;

    public override bool PrefersIntegers => integers is not null;

    public override void DecodeRow(Tensor weight, long row, float* destination) => DecodeRow(weight, row, BlockDecoder.PlainRow(weight, row, destination), destination);

    /// <param name="source">The row's plain bytes.</param>
    private static void DecodeRow(Tensor weight, long row, byte* source, float* destination)
    {
        var columns = weight.Columns;
        switch (weight.DType)
        {
            case DType.I8 when weight.Scales is { } scales:
                DecodeIntegers<I8Row>(scales, row, source, destination, columns);
                break;
            case DType.I4 when weight.Scales is { } scales:
                DecodeIntegers<NibbleRow>(scales, row, source, destination, columns);
                break;
            case DType.F32:
                Buffer.MemoryCopy(source, destination, columns * sizeof(float), columns * sizeof(float));
                break;
            case DType.F16:
                Decode<F16Row>(source, destination, columns);
                break;
            case DType.BF16:
                Decode<BF16Row>(source, destination, columns);
                break;
            case DType.Q8_0 or DType.Q4_0 or DType.Q4_1 or DType.Q5_0 or DType.Q5_1 or DType.Q2_K or DType.Q3_K or DType.Q4_K or DType.Q5_K or DType.Q6_K:
                DecodeBlocks(weight.DType, source, destination, columns);
                break;
            case var dtype when CodebookBlocks.Has(dtype):
                DecodeCodebooks(dtype, source, destination, columns);
                break;
            default:
                BlockDecoder.DecodeRow(weight.DType, source, destination, columns);
                break;
        }
    }
}
