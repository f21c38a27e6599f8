using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>How a weight matrix is to be stored.</summary>
/// <param name="Type">F16, BF16 or F32 (kept as numbers), I8 or I4.</param>
/// <param name="GroupSize">Columns that share a scale; 0 for one scale per row (per channel). Of no meaning for float types.</param>
/// <param name="ZeroPoints">True for asymmetric groups with a stored zero point.</param>
/// <param name="PerTensor">One scale for the whole matrix; I8 only, symmetric.</param>
internal sealed record WeightFormat(DType Type, int GroupSize = 0, bool ZeroPoints = false, bool PerTensor = false)
{
    public static WeightFormat F16 { get; } = new(DType.F16);

    public bool IsInteger => Type is DType.I8 or DType.I4;
}
