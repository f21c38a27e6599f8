using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Machine;

/// <summary>What .NET does not say of a processor: instructions that it has no intrinsics for, and such as are used together.</summary>
internal static class Processor
{
    /// <summary>
    /// AVX512-VNNI: CPUID leaf 7, subleaf 0, ECX bit 11 (Intel SDM volume 2A; AMD APM volume 3). That the operating system saves 512-bit registers is what .NET
    /// asks before it says that AVX-512 is there.
    /// </summary>
    public static bool HasAvx512Vnni { get; } =
        Avx512BW.IsSupported && Vector512.IsHardwareAccelerated && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ecx >> 11 & 1) != 0;

    /// <summary>AVX512-VBMI and VBMI2: shuffles of bytes over a whole register, and bytes of memory spread over the places that a mask names.</summary>
    public static bool HasByteShuffles { get; } = Vector512.IsHardwareAccelerated && Avx512Vbmi.IsSupported && Avx512Vbmi2.IsSupported;

    /// <summary>Whether a line of memory can be asked for before it is loaded.</summary>
    public static bool HasPrefetch { get; } = Sse.IsSupported;

    /// <summary>Whether machine code of ours can run here: x86-64 with the System V calling convention, and a system whose calls for executable memory are known.</summary>
    public static bool RunsEmittedCode { get; } = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;
}
