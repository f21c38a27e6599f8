using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>gate = f(gate) * up: in one pass where there is a kernel for both, else one after the other.</summary>
internal static unsafe class Gate
{
    public static void Apply(KernelSet kernels, Activation? function, float* gate, float* up, long count)
    {
        if (function == Activation.Silu)
        {
            kernels.SiluMultiply(gate, up, count);
            return;
        }
        ActivateStep.Apply(kernels, function!.Value, gate, count);
        kernels.Multiply(gate, up, count);
    }
}
