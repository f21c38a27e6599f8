using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels;

/// <summary>Chooses the kernel set once per model: the widest this processor runs, or the one that was asked for.</summary>
internal static class KernelChooser
{
    /// <summary>The environment variable that stands in for <c>--kernels</c>.</summary>
    public const string EnvironmentVariable = "TEMOTO_KERNELS";

    /// <summary>Sets this processor can run, best first.</summary>
    public static IReadOnlyList<string> Available
    {
        get
        {
            var names = new List<string>();
            if (Vector512.IsHardwareAccelerated)
                names.Add(Lanes512.Name);
            if (Vector256.IsHardwareAccelerated)
                names.Add(Lanes256.Name);
            if (Vector128.IsHardwareAccelerated)
                names.Add(Lanes128.Name);
            names.Add("scalar");
            return names;
        }
    }

    /// <summary>
    /// The set called <paramref name="name"/> (null: <c>TEMOTO_KERNELS</c>, else the best). Throws <see cref="InputException"/> for a set that does not
    /// exist or that this processor cannot run.
    /// </summary>
    public static KernelSet Choose(string? name)
    {
        var available = Available;
        var source = name is null ? EnvironmentVariable : "--kernels";
        name ??= Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (string.IsNullOrEmpty(name) || name == "auto")
            name = available[0];
        if (!available.Contains(name))
            throw new InputException(source, null, $"'{name}'", $"one of {string.Join(", ", available)} on this processor", "leave the option out to take the best");
        return name switch
        {
            "vector512" => new VectorKernelSet<Lanes512, Vector512<float>>(Integers(wide: true)),
            "vector256" => new VectorKernelSet<Lanes256, Vector256<float>>(Integers(wide: false)),
            "vector128" => new VectorKernelSet<Lanes128, Vector128<float>>(null),
            _ => new ScalarKernelSet(),
        };
    }

    private static VnniIntegerDot? Integers(bool wide) => AvxVnni.IsSupported ? new VnniIntegerDot(wide && Avx512BW.IsSupported) : null;
}
