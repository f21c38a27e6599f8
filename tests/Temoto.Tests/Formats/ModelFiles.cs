using System.Runtime.InteropServices;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Packing;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats.Checkpoints.Gguf;
using Temoto.Tests.Formats.Files;

namespace Temoto.Tests.Formats;

/// <summary>A small seeded model in every format.</summary>
internal static unsafe class ModelFiles
{
    /// <summary>Every name that <see cref="Write"/> knows.</summary>
    public static TheoryData<string> Formats => ["safetensors", "sharded", "vit", "temoto", "temoto-packed", "temoto-escape", "gguf", "gguf-blocks", "llama2.c", "autoawq", "awq-macro"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <returns>What to open, and the files its weights lie in.</returns>
    public static (string Path, string[] Weights) Write(TemporaryFolder folder, string format)
    {
        var path = folder.File("model");
        switch (format)
        {
            case "safetensors":
                SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 7, path, DType.BF16, null, Cancellation);
                return Of(path, Path.Combine(path, "model.safetensors"));
            case "vit":
                SeededCheckpoint.Write(ModelShapes.Get("tiny-vit"), 7, path, DType.F32, null, Cancellation);
                return Of(path, Path.Combine(path, "model.safetensors"));
            case "sharded":
                SeededCheckpoint.Write(ModelShapes.Get("tiny-llama"), 7, path, DType.F16, null, Cancellation);
                return Of(path, Split(path));
            case "gguf" or "gguf-blocks":
                GgufFixture.Write(folder.File("model.gguf"), format == "gguf" ? DType.F16 : DType.Q4_K, ropeFrequencies: true);
                return Of(folder.File("model.gguf"));
            case "llama2.c":
                return Of(folder.Write("model.bin", LlamaTwoC()));
            case "autoawq":
                using (var model = QuantizedFixture.Model(ModelShapes.Get("tiny-qwen2"), 32, 5))
                    AutoAwqExport.Write(model, null, path, null, Cancellation);
                return Of(path, Path.Combine(path, "model.safetensors"));
            case "awq-macro":
                using (var model = QuantizedFixture.Model(ModelShapes.Get("tiny-qwen2") with { IntermediateSize = 192 }, 64, 3))
                    AwqMacroFile.Write(model, folder.File("model.bin"), null, Cancellation);
                return Of(folder.File("model.bin"));
            default:
                WriteTemoto(folder.File("model.temoto"), format switch { "temoto-packed" => PackingMode.Entropy, "temoto-escape" => PackingMode.Escape, _ => null });
                return Of(folder.File("model.temoto"));
        }
    }

    /// <summary>Int4 weights, plain or packed.</summary>
    public static void WriteTemoto(string path, PackingMode? packing)
    {
        using var model = QuantizedFixture.Model(ModelShapes.Get("tiny-qwen2"), 32, 5, symmetric: true);
        var tensors = model.Tensors.Values.Select(tensor => packing is { } mode && tensor.DType == DType.I4 ? Packed(tensor, mode) : tensor).ToList();
        TemotoWriter.Write(path, new TemotoContents(model.Config, tensors), null, null, Cancellation);
    }

    private static (string Path, string[] Weights) Of(string path, params string[] weights)
    {
        var files = weights.Length == 0 ? [path] : weights;
        foreach (var file in files)
            FileInUse.Age(file);
        return (path, files);
    }

    private static Tensor Packed(Tensor tensor, PackingMode mode)
    {
        var (stream, _) = PackingEncoder.Encode(tensor, new PackingSettings { Mode = mode, Threads = 1 });
        var matrix = PackedMatrix.Open("test", tensor.Name, stream.Data, stream.ByteLength, stream);
        return new Tensor(tensor.Name, tensor.DType, tensor.Shape, matrix) { Scales = tensor.Scales };
    }

    /// <summary>One file of weights becomes two and an index.</summary>
    private static string[] Split(string directory)
    {
        var single = Path.Combine(directory, "model.safetensors");
        string[] shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
        var places = new List<string>();
        using (var file = SafetensorsFile.Open(single))
        {
            var tensors = file.Tensors.Values.ToList();
            for (var i = 0; i < shards.Length; i++)
            {
                var own = tensors.Where((_, index) => index % 2 == i).ToList();
                SafetensorsWriter.WriteAll(Path.Combine(directory, shards[i]), own);
                places.AddRange(own.Select(tensor => $"\"{tensor.Name}\":\"{shards[i]}\""));
            }
        }
        File.Delete(single);
        File.WriteAllText(Path.Combine(directory, "model.safetensors.index.json"), $"{{\"weight_map\":{{{string.Join(',', places)}}}}}");
        return [.. shards.Select(shard => Path.Combine(directory, shard))];
    }

    /// <summary>dim 32, hidden 48, 2 layers, 4 heads, 2 key and value heads, 256 tokens, 64 positions, the head tied.</summary>
    private static byte[] LlamaTwoC()
    {
        int[] header = [32, 48, 2, 4, 2, 256, 64];
        var random = new Random(9);
        var floats = new float[256 * 32 + 2 * (2 * 32 + 2 * 32 * 32 + 2 * 32 * 16 + 3 * 32 * 48) + 32 + 64 * 8];
        for (var i = 0; i < floats.Length; i++)
            floats[i] = random.NextSingle() - 0.5f;
        return [.. MemoryMarshal.AsBytes<int>(header), .. MemoryMarshal.AsBytes<float>(floats)];
    }
}
