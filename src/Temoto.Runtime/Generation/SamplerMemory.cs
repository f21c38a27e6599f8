namespace Temoto.Generation;

/// <summary>What a sampler works in, sized for a vocabulary. A sampler after another may take it over once it is cleared.</summary>
internal sealed class SamplerMemory(int vocabSize)
{
    public float[] Logits { get; } = new float[vocabSize];

    public float[] Weights { get; } = new float[vocabSize];

    public int[] Candidates { get; } = new int[vocabSize];

    public bool[] InText { get; } = new bool[vocabSize];

    public int[] GeneratedCount { get; } = new int[vocabSize];

    /// <summary>Tokens of the text, each once.</summary>
    public List<int> Seen { get; } = new(vocabSize);

    private ulong[] mask = [];

    /// <summary>Room for a form's mask.</summary>
    public ulong[] MaskOf(int words) => mask.Length == words ? mask : mask = new ulong[words];

    /// <summary>Forgets the text of the sampler before.</summary>
    public SamplerMemory Cleared()
    {
        foreach (var token in Seen)
        {
            InText[token] = false;
            GeneratedCount[token] = 0;
        }
        Seen.Clear();
        return this;
    }
}
