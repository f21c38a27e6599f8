using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>gate = f(gate) * up, for the functions there are kernels for.</summary>
internal static unsafe class Gate
{
    public static void Apply(KernelSet kernels, Activation? function, float* gate, float* up, long count)
    {
        if (function != Activation.Silu)
            throw new NotSupportedException($"no kernel for a gate of {function}");
        kernels.SiluMultiply(gate, up, count);
    }
}
