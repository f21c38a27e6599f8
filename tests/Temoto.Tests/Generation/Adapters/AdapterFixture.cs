using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Kernels;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation.Adapters;

/// <summary>Writes the two files of an adapter, with seeded numbers.</summary>
internal static unsafe class AdapterFixture
{
    public const string Front = "base_model.model.";

    public const string Config = """{"peft_type":"LORA","base_model_name_or_path":"maker/base","r":2,"lora_alpha":6,"target_modules":["q_proj"],"bias":"none","init_lora_weights":true}""";

    /// <param name="tensors">By their names behind <see cref="Front"/>; a shape of one tensor twice takes the last.</param>
    public static string Write(TemporaryFolder folder, string name, string config, params IEnumerable<(string Name, long[] Shape)> tensors) => Write(folder, name, config, DType.F32, tensors);

    public static string Write(TemporaryFolder folder, string name, string config, DType dtype, IEnumerable<(string Name, long[] Shape)> tensors)
    {
        var path = Directory.CreateDirectory(folder.File(name)).FullName;
        File.WriteAllText(Path.Combine(path, "adapter_config.json"), config);
        TensorEntry[] entries = [.. tensors.Select(tensor => new TensorEntry(Front + tensor.Name, dtype, tensor.Shape))];
        using var writer = new SafetensorsWriter(Path.Combine(path, "adapter_model.safetensors"), entries, new Dictionary<string, string> { ["format"] = "pt" });
        foreach (var entry in entries)
        {
            var values = Values(entry.Name[Front.Length..], entry.Shape);
            var bytes = new byte[entry.ByteLength];
            fixed (float* source = values)
            fixed (byte* destination = bytes)
                BlockEncoder.EncodeRow(dtype, source, destination, values.Length);
            writer.Write(bytes);
        }
        writer.Commit();
        return path;
    }

    /// <summary>The two matrices of a module.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Pair(string module, long outputs, long inputs, long rank = 2) =>
        [($"{module}.lora_A.weight", [rank, inputs]), ($"{module}.lora_B.weight", [outputs, rank])];

    /// <summary>The float32 numbers that a tensor of the adapter is written with.</summary>
    public static float[] Values(string name, params ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var dimension in shape)
            count *= dimension;
        var values = new float[count];
        SeededWeights.Fill(SeededWeights.Stream(5, name), 0, 0, 0.3, values);
        return values;
    }

    public static float[] Values(Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        fixed (float* destination = values)
            BlockDecoder.DecodeRow(tensor.DType, tensor.Data, destination, tensor.ElementCount);
        return values;
    }

    /// <summary>A copy of a checkpoint's folder with all weights in another type.</summary>
    public static string Converted(TemporaryFolder folder, string source, DType dtype)
    {
        var path = Directory.CreateDirectory(folder.File($"base-{dtype}")).FullName;
        File.Copy(Path.Combine(source, "config.json"), Path.Combine(path, "config.json"));
        using var file = SafetensorsFile.Open(Path.Combine(source, "model.safetensors"));
        var tensors = file.Tensors.Values.ToList();
        using var writer = new SafetensorsWriter(Path.Combine(path, "model.safetensors"), [.. tensors.Select(tensor => new TensorEntry(tensor.Name, dtype, tensor.Shape))]);
        foreach (var tensor in tensors)
        {
            var values = Values(tensor);
            var bytes = new byte[dtype.RowBytes(values.Length)];
            fixed (float* from = values)
            fixed (byte* to = bytes)
                BlockEncoder.EncodeRow(dtype, from, to, values.Length);
            writer.Write(bytes);
        }
        writer.Commit();
        return path;
    }
}
