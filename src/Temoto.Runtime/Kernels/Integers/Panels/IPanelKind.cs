using System.Runtime.Intrinsics;

namespace Temoto.Kernels.Integers.Panels;

/// <summary>What the integers of a panel's rows stand for, read from a group's header (<see cref="Tensors.Panels.PanelLayout"/>): eight rows in a register, <c>half</c> 0 for rows 0 to 7 and 1 for 8 to 15.</summary>
internal unsafe interface IPanelKind
{
    /// <summary>Of an integer: 4, 5, 6 or 8 (signed).</summary>
    static abstract int Bits { get; }

    static abstract int HeaderBytes { get; }

    /// <summary>Whether scales are float32, not float16.</summary>
    static virtual bool HasSingles => false;

    /// <summary>What stands for zero where that is the same for all; 0 for signed bytes and where there are minima.</summary>
    static virtual int Zero => 0;

    /// <summary>Zero points of each group's own.</summary>
    static virtual bool HasZeros => false;

    /// <summary>Weights are scale * q + minimum, with <see cref="MinimumSign"/>.</summary>
    static virtual bool HasMinima => false;

    /// <summary>1, or -1 where minima are taken off (K types).</summary>
    static virtual int MinimumSign => 1;

    /// <summary>Whether blocks have scales of their own within the group's.</summary>
    static virtual bool HasBlockScales => false;

    /// <summary>Scales of a group; of K types d.</summary>
    static abstract Vector256<float> Scale(byte* header, int half);

    /// <summary>Minima of a group; of K types dmin.</summary>
    static virtual Vector256<float> Minimum(byte* header, int half) => default;

    /// <summary>Zero points of a group.</summary>
    static virtual Vector256<int> GroupZero(byte* header, int half) => default;

    /// <summary>Scales of a block, from its group's.</summary>
    /// <param name="index">Of the block in its group, where groups have 16 columns of the group of 16.</param>
    static virtual Vector256<float> BlockScale(byte* header, Vector256<float> group, int index, int half) => group;

    /// <summary>Minima of a block, from its group's.</summary>
    static virtual Vector256<float> BlockMinimum(byte* header, Vector256<float> group, int index, int half) => group;
}
