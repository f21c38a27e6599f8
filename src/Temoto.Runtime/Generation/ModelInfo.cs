using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;

namespace Temoto;

/// <summary>What a loaded model is.</summary>
public sealed record ModelInfo
{
    internal ModelInfo(Checkpoint checkpoint, ModelEngine engine)
    {
        Path = checkpoint.Path;
        Format = checkpoint.Format;
        ModelType = checkpoint.Config.ModelType;
        ParameterCount = checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount);
        WeightBytes = checkpoint.WeightBytes;
        VocabSize = checkpoint.Config.VocabSize;
        LayerCount = checkpoint.Config.NumHiddenLayers;
        ContextTokens = engine.ContextTokens;
        KernelSet = engine.KernelsName;
        Threads = engine.Threads;
        Memory = engine.MemoryPlan;
    }

    /// <summary>File or directory it was loaded from.</summary>
    public string Path { get; }

    /// <summary>temoto, safetensors, autoawq, gptq, compressed-tensors, bitsandbytes, fp8, awq-macro, gguf or llama2.c.</summary>
    public string Format { get; }

    /// <summary>config.json's model_type.</summary>
    public string ModelType { get; }

    /// <summary>Elements of all tensors.</summary>
    public long ParameterCount { get; }

    /// <summary>Bytes of all tensors as they are stored: packed rows, scales and zero points included.</summary>
    public long WeightBytes { get; }

    /// <summary>Tokens in the vocabulary.</summary>
    public int VocabSize { get; }

    /// <summary>Transformer layers.</summary>
    public int LayerCount { get; }

    /// <summary>Tokens a session can hold.</summary>
    public int ContextTokens { get; }

    /// <summary>The kernel set in use.</summary>
    public string KernelSet { get; }

    /// <summary>Threads in use.</summary>
    public int Threads { get; }

    /// <summary>The memory plan.</summary>
    public MemoryPlan Memory { get; }
}
