namespace Temoto.Tensors.Panels;

/// <summary>Where a super-block of a K type has 32 of its columns: words of four bytes that hold the lower four bits, and words that hold the others, both shared with other columns.</summary>
internal readonly unsafe struct KPlanes
{
    public readonly uint* Low;
    public readonly int LowShift;
    public readonly uint* High;
    public readonly int HighShift;

    /// <summary>0 where there are no others.</summary>
    public readonly uint HighMask;

    /// <param name="group">Of 32 columns, 0 to 7.</param>
    public KPlanes(DType dtype, byte* super, int group)
    {
        switch (dtype)
        {
            case DType.Q4_K:
                Low = (uint*)(super + 16 + group / 2 * 32);
                LowShift = group % 2 * 4;
                break;
            case DType.Q5_K:
                Low = (uint*)(super + 48 + group / 2 * 32);
                LowShift = group % 2 * 4;
                High = (uint*)(super + 16);
                HighShift = group;
                HighMask = 0x01010101;
                break;
            case DType.Q6_K:
                Low = (uint*)(super + group / 4 * 64 + group % 2 * 32);
                LowShift = group % 4 / 2 * 4;
                High = (uint*)(super + 128 + group / 4 * 32);
                HighShift = group % 4 * 2;
                HighMask = 0x03030303;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "no K type that lies in panels");
        }
    }
}
