namespace Temoto.Kernels.Attention;

/// <summary>Integer attention that is tested when it is first used. If it fails, that is reported and the next takes its place.</summary>
/// <param name="name">Of the kernels, for the report.</param>
/// <param name="kernel">What is tested.</param>
/// <param name="next">What takes its place.</param>
/// <param name="report">Takes a line for the user.</param>
internal sealed unsafe class CheckedIntegerAttention(string name, IntegerAttention kernel, IntegerAttention next, Action<string> report) : IntegerAttention
{
    /// <summary>What passed, or what took its place; null before the test.</summary>
    private volatile IntegerAttention? chosen;

    private readonly Lock testing = new();

    private IntegerAttention Chosen => chosen ?? Test();

    public override void RoundQueries(float* queries, int count, int headDim, byte* rounded) => Chosen.RoundQueries(queries, count, headDim, rounded);

    public override void Scores(byte* rounded, int count, KvHeadView keys, int start, int end, float* scores, long stride) => Chosen.Scores(rounded, count, keys, start, end, scores, stride);

    public override void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs) => Chosen.AddValues(weights, stride, count, values, start, end, outputs);

    /// <summary>The first thread tests, others wait.</summary>
    private IntegerAttention Test()
    {
        lock (testing)
        {
            if (chosen is null)
            {
                var passes = KernelSelfTest.Attends(kernel);
                if (!passes)
                    report($"temoto: kernels {name}: attention over an int8 cache failed the self-test; the next set's is used");
                chosen = passes ? kernel : next;
            }
            return chosen;
        }
    }
}
