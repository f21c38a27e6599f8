using Temoto.Generation;
using Temoto.Generation.Execution;

namespace Temoto.Server.Scheduling;

/// <summary>A KV cache and what is being generated in it. Only the scheduler's loop changes it.</summary>
internal sealed class Slot(int number, LanguageModel model)
{
    private readonly SamplerMemory sampling = new(model.Info.VocabSize);

    public int Number => number;

    public TokenCache Cache { get; } = new(model.Engine.NewCache());

    /// <summary>Null while it is idle.</summary>
    public GenerationJob? Job { get; private set; }

    public GenerationRun? Run { get; private set; }

    /// <summary>Its next token, in a run with those of others.</summary>
    public DecodeRequest Request { get; } = new();

    /// <summary>The prompt is not computed yet.</summary>
    public bool IsInPrompt { get; private set; }

    /// <summary>When it was last given a job, or a part of its prompt computed, in the scheduler's count.</summary>
    public long LastUsed { get; set; }

    /// <summary>A Stopwatch timestamp of its last token; 0 before the first.</summary>
    public long LastToken { get; set; }

    public void Begin(GenerationJob job)
    {
        Job = job;
        Run = new GenerationRun(model, job.Request, Cache, sampling.Cleared());
        IsInPrompt = true;
        LastToken = 0;
    }

    public void EndPrompt() => IsInPrompt = false;

    public void Free()
    {
        Job = null;
        Run = null;
        Request.Clear();
    }
}
