using Temoto.Evaluation.Benchmarking;
using Temoto.Kernels;
using Temoto.Machine;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class PassCalibrationTests
{
    [Fact]
    public void EveryPassOfEveryKernelSetIsMeasured()
    {
        using var pool = new WorkerPool(1);
        foreach (var name in KernelChooser.Available)
        {
            var steps = 0;
            var rates = PassCalibration.Measure(KernelChooser.Choose(name), pool, 0, measure =>
            {
                steps++;
                return measure();
            });
            Assert.Equal(PassCalibration.Figures, steps);
            foreach (var rate in (double[])
                [rates.Softmax, rates.RmsNorm, rates.HeadNorm, rates.Add, rates.Relu, rates.Gelu, rates.SiluGate, rates.Round, rates.Rotary, rates.StoreHalf, rates.StoreInt8])
                Assert.InRange(rate, 1e3, 1e14);
        }
    }
}
