using Temoto.Generation;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>
/// A pass over elements in each thread's first-level cache, over and over. The elements are put in place anew each time, which costs little: a function that is applied to its own results
/// soon computes with numbers that no model has.
/// </summary>
internal sealed unsafe class PassLoop : IParallelWork, IDisposable
{
    /// <summary>Elements of a pass, with what they meet half of a first-level cache.</summary>
    public const int Elements = 2048;

    /// <summary>Passes in a chunk: much longer than a parallel region costs.</summary>
    private const int Repeats = 64;

    /// <summary>Room for what is written in another format.</summary>
    private const int WrittenBytes = 32 * 1024;

    private readonly KernelSet kernels;
    private readonly Pass pass;
    private readonly NativeBuffer source;
    private readonly NativeBuffer[] memories;

    public PassLoop(KernelSet kernels, int threads, Pass pass)
    {
        this.kernels = kernels;
        this.pass = pass;
        source = Random();
        memories = [.. Enumerable.Range(0, threads).Select(_ => new NativeBuffer(2 * Elements * sizeof(float) + WrittenBytes))];
        foreach (var memory in memories)
            kernels.Copy(source.Floats, memory.Floats + Elements, Elements);
    }

    /// <param name="values">[Elements], which are changed in place or written elsewhere.</param>
    /// <param name="others">[Elements]: what they meet.</param>
    /// <param name="written">Where results of another format go.</param>
    public delegate void Pass(float* values, float* others, byte* written);

    /// <summary>Of all threads in the median pass.</summary>
    public double ElementsPerSecond(WorkerPool pool, double seconds) => (double)Elements * Repeats * memories.Length / MedianPass.Seconds(pool, this, memories.Length, seconds);

    public void Execute(int chunk, int worker)
    {
        var values = memories[chunk].Floats;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            kernels.Copy(source.Floats, values, Elements);
            pass(values, values + Elements, (byte*)(values + 2 * Elements));
        }
    }

    public void Dispose()
    {
        source.Dispose();
        foreach (var memory in memories)
            memory.Dispose();
    }

    private static NativeBuffer Random()
    {
        var random = new RandomSource(1);
        var buffer = new NativeBuffer(Elements * sizeof(float));
        for (var i = 0; i < Elements; i++)
            buffer.Floats[i] = (float)random.NextDouble() - 0.5f;
        return buffer;
    }
}
