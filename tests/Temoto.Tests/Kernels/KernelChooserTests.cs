using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels;

namespace Temoto.Tests.Kernels;

public class KernelChooserTests
{
    [Fact]
    public void UnknownSetIsRefusedWithTheChoices()
    {
        var error = Assert.Throws<InputException>(() => KernelChooser.Choose("mmx"));
        Assert.Contains("'mmx'", error.Message, StringComparison.Ordinal);
        Assert.Contains("scalar", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AutomaticChoiceIsTheBestSet()
    {
        var expected = Processor.HasAvx512Vnni && Processor.RunsEmittedCode ? "avx512vnni" : Avx512BW.IsSupported && Vector512.IsHardwareAccelerated ? "avx512" : AvxVnni.IsSupported ? "avxvnni" : Avx2.IsSupported ? "avx2" : Vector128.IsHardwareAccelerated ? "vector128" : "scalar";
        Assert.Equal(expected, KernelChooser.Choose("auto").Name);
        Assert.Equal(expected, KernelChooser.Available[0]);
    }

    [Fact]
    public void EverySetAnswersToItsName()
    {
        foreach (var name in KernelChooser.Available)
            Assert.Equal(name, KernelChooser.Choose(name).Name);
        Assert.Equal("scalar", KernelChooser.Available[^1]);
    }
}
