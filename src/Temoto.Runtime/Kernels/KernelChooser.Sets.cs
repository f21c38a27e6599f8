using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Attention;
using Temoto.Kernels.Emitted;
using Temoto.Kernels.Floats;
using Temoto.Kernels.Integers;
using Temoto.Machine;

namespace Temoto.Kernels;

/// <summary>
/// The sets: what a processor must have for each, and how each is made. Products of integers and attention in integers are tested at their first use; what fails, or is not taken, is left to those of
/// simpler instructions, down to the specification.
/// </summary>
internal sealed partial class KernelChooser
{
    private static readonly IntegerDot ScalarProducts = new ScalarIntegerDot();
    private static readonly IntegerDot? Avx2Products = Avx2.IsSupported && Fma.IsSupported ? Tested("avx2", new Avx2IntegerDot(), ScalarProducts) : null;

    private static readonly IntegerAttention ScalarAttention = new ScalarIntegerAttention();
    private static readonly IntegerAttention? VnniAttention = AvxVnni.IsSupported ? Tested("avxvnni", new VnniIntegerAttention(), ScalarAttention) : null;

    /// <summary>Processors with AVX512-VNNI need not have AVX-VNNI (Zen 4, Ice Lake): theirs are those of AVX2.</summary>
    private static readonly IntegerDot? Avx512Products = AvxVnni.IsSupported && Avx512BW.IsSupported ? Tested("avx512", new VnniIntegerDot(wideNibbles: true), Avx2Products ?? ScalarProducts) : Avx2Products;

    /// <summary>Best first.</summary>
    private static Candidate[] Sets() =>
    [
        new("avx512vnni", Processor.HasAvx512Vnni && Processor.RunsEmittedCode, OfAvx512Vnni),
        new("avx512", Vector512.IsHardwareAccelerated && Avx512BW.IsSupported, OfAvx512),
        new("avxvnni", Vector256.IsHardwareAccelerated && AvxVnni.IsSupported, OfAvxVnni),
        new("avx2", Vector256.IsHardwareAccelerated && Avx2.IsSupported, OfAvx2),
        new("vector128", Vector128.IsHardwareAccelerated, OfVector128),
        new("scalar", true, _ => new ScalarKernelSet()),
    ];

    private static VectorKernelSet<Lanes512, Vector512<float>> OfAvx512Vnni(string name)
    {
        var products = Avx512Products ?? ScalarProducts;
        return new(
            name,
            Tested(name, new EmittedIntegerDot(products), products),
            Tested(name, new EmittedIntegerAttention(), VnniAttention ?? ScalarAttention),
            new EmittedHalfAttention());
    }

    private static VectorKernelSet<Lanes512, Vector512<float>> OfAvx512(string name) => new(name, Avx512Products, VnniAttention, null);

    private static VectorKernelSet<Lanes256, Vector256<float>> OfAvxVnni(string name) =>
        new(name, Tested(name, new VnniIntegerDot(wideNibbles: false), Avx2Products ?? ScalarProducts), VnniAttention, null);

    private static VectorKernelSet<Lanes256, Vector256<float>> OfAvx2(string name) => new(name, Avx2Products, null, null);

    private static VectorKernelSet<Lanes128, Vector128<float>> OfVector128(string name) => new(name, null, null, null);

    private static CheckedIntegerDot Tested(string name, IntegerDot products, IntegerDot next) => new(name, products, next, ToStandardError);

    private static CheckedIntegerAttention Tested(string name, IntegerAttention attention, IntegerAttention next) => new(name, attention, next, ToStandardError);
}
