using System.Runtime.CompilerServices;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>The group of each input, as GPTQ and compressed-tensors store it.</summary>
internal static unsafe class GroupIndex
{
    /// <exception cref="InputException">Not one for each input, or a group that is not there.</exception>
    public static int[] Read(LinearModules modules, Tensor tensor, long inputs, long groups)
    {
        if (tensor.Shape[0] != inputs)
            throw modules.Wrong(tensor, $"[{inputs}]");
        var index = new int[inputs];
        for (long i = 0; i < inputs; i++)
        {
            index[i] = Unsafe.ReadUnaligned<int>(tensor.Data + i * sizeof(int));
            if (index[i] < 0 || index[i] >= groups)
                throw modules.Wrong(tensor, $"groups from 0 to {groups - 1}; input {i} has {index[i]}");
        }
        return index;
    }
}
