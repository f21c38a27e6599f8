using System.ComponentModel;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels;
using Temoto.Kernels.Floats;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Tests.Kernels;

public class KernelChooserTests
{
    [Fact]
    public void UnknownSetIsRefusedWithTheChoices()
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => KernelChooser.Choose("mmx"));
        Assert.StartsWith("ModelOptions.Kernels: ", error.Message, StringComparison.Ordinal);
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

    /// <summary>Each set of this processor passes its self-test, integers included.</summary>
    [Fact]
    public void EverySetPassesItsSelfTest()
    {
        foreach (var name in KernelChooser.Available)
        {
            var kernels = KernelChooser.Choose(name);
            Assert.True(KernelSelfTest.Computes(kernels) && KernelSelfTest.Multiplies(kernels), name);
            if (kernels.Integers is not { } integers)
                continue;
            Assert.True(KernelSelfTest.Rounds(integers), name);
            foreach (var dtype in new[] { DType.Q8_0, DType.Q5_0, DType.Q4_0, DType.Q4_1, DType.I8, DType.I4, DType.Q4_K, DType.Q5_K, DType.Q6_K })
            {
                Assert.True(KernelSelfTest.Multiplies(integers, dtype, IntegerProducts.OneToken), $"{name} {dtype}");
                Assert.True(KernelSelfTest.Multiplies(integers, dtype, IntegerProducts.Tokens), $"{name} {dtype}");
            }
        }
    }

    /// <summary>A set whose products are off by a bit, and one whose code the system refuses: each is told of once, and the next set is taken, asked for by name or not.</summary>
    [Fact]
    public void SetsThatFailGiveWayToTheNext()
    {
        var lines = new List<string>();
        var made = 0;
        var chooser = new KernelChooser(
            [
                new("first", true, _ => throw new Win32Exception(13)),
                new("second", true, _ => { made++; return new OffByABit(); }),
                new("third", false, _ => throw new InvalidOperationException("this processor does not run it")),
                new("last", true, _ => new ScalarKernelSet()),
            ],
            lines.Add);
        Assert.IsType<ScalarKernelSet>(chooser.Find("auto"));
        Assert.Equal(2, lines.Count);
        Assert.Contains("first", lines[0], StringComparison.Ordinal);
        Assert.Contains("second", lines[1], StringComparison.Ordinal);
        Assert.IsType<ScalarKernelSet>(chooser.Find("second"));
        Assert.Equal((2, 1), (lines.Count, made));
        Assert.ThrowsAny<ArgumentException>(() => chooser.Find("third"));
    }

    /// <summary>A model without products of floats takes the set whose products are wrong; the next model, which has some, does not.</summary>
    [Fact]
    public void ProductsOfFloatsAreTestedWhereTheyAreUsed()
    {
        var lines = new List<string>();
        var chooser = new KernelChooser([new("first", true, _ => new OffByABit()), new("last", true, _ => new ScalarKernelSet())], lines.Add);
        Assert.IsType<OffByABit>(chooser.Find("auto", floatProducts: false));
        Assert.Empty(lines);
        Assert.IsType<ScalarKernelSet>(chooser.Find("auto"));
        Assert.IsType<ScalarKernelSet>(chooser.Find("auto", floatProducts: false));
        Assert.Single(lines);
    }

    /// <summary>The scalar set but for the last product.</summary>
    private sealed unsafe class OffByABit : ScalarKernelSet
    {
        public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch)
        {
            base.MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            var last = y + (tokens - 1) * yStride + rowEnd - rowStart - 1;
            *last = MathF.BitIncrement(*last);
        }
    }
}
