using Temoto.Formats.Config;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Vision;

/// <summary>Tensors that files of models which look at pictures have in other shapes than the operations read: the bytes are the same.</summary>
internal static unsafe class PictureTensors
{
    /// <summary>The matrix of the patches is a convolution [hidden, 3, p, p] in files, a token [1, 1, hidden], a table of positions [1, tokens, hidden].</summary>
    public static IReadOnlyDictionary<string, Tensor> Flat(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var flat = new Dictionary<string, Tensor>(tensors.Count);
        foreach (var (key, tensor) in tensors)
        {
            var shape = FlatShape(tensor.Shape);
            flat.Add(key, shape == tensor.Shape ? tensor : new Tensor(key, tensor.DType, shape, tensor.Data, tensor.ByteLength, tensor));
        }
        return flat;
    }

    /// <summary>The shape in files of the matrix that makes tokens of patches.</summary>
    public static Items<long> Convolution(WeightUse use, VisionConfig vision) => [use.Shape[0], VisionConfig.Channels, vision.PatchSize, vision.PatchSize];

    /// <summary>What is flat for the operations; the same array where nothing changes.</summary>
    private static long[] FlatShape(long[] shape) => shape switch
    {
        [1, 1, var width] => [width],
        [1, var rows, var width] => [rows, width],
        [var rows, VisionConfig.Channels, var height, var width] => [rows, VisionConfig.Channels * height * width],
        _ => shape,
    };
}
