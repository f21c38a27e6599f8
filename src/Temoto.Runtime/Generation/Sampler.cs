using Temoto.Generation.Tools;
using Temoto.Grammars;

namespace Temoto.Generation;

/// <summary>
/// Draws the next token from logits, in the order of Hugging Face's generation: bias, penalties, temperature, top-k, top-p, min-p, draw.
/// Buffers are sized once for the vocabulary; sampling allocates nothing, but for the list where logarithms of probabilities are wanted.
/// </summary>
/// <param name="memory">Buffers that no other sampler uses meanwhile.</param>
internal sealed class Sampler(SamplerMemory memory, SamplingSettings settings, ulong seed)
{
    private readonly float[] logits = memory.Logits;
    private readonly float[] weights = memory.Weights;
    private readonly int[] candidates = memory.Candidates;
    private readonly bool[] inText = memory.InText;
    private readonly int[] generatedCount = memory.GeneratedCount;
    private readonly List<int> seen = memory.Seen;
    private RandomSource random = new(seed);

    public Sampler(int vocabSize, SamplingSettings settings, ulong seed)
        : this(new SamplerMemory(vocabSize), settings, seed)
    {
    }

    /// <summary>What the text is held to; null where it is free.</summary>
    public FormOrCall? Form { get; init; }

    /// <summary>Of the token drawn last; null where the settings ask for none.</summary>
    public TokenLogprob? Drawn { get; private set; }

    /// <summary>The likeliest tokens of the last draw, the likeliest first.</summary>
    public IReadOnlyList<TokenLogprob> Top { get; private set; } = [];

    /// <summary>Tells the sampler a token of the prompt: the repetition penalty covers it.</summary>
    public void AcceptPrompt(int token)
    {
        if (inText[token])
            return;
        inText[token] = true;
        seen.Add(token);
    }

    /// <summary>Draws a token from <paramref name="modelLogits"/> [vocab] and counts it as generated.</summary>
    public int Next(ReadOnlySpan<float> modelLogits)
    {
        modelLogits.CopyTo(logits);
        AddBias();
        Penalize();
        if (Form is not null)
            HoldTo(Form);
        var token = settings.Temperature == 0 || settings.TopK == 1 ? Likeliest() : Draw();
        if (settings.TopLogprobs is { } count)
        {
            var top = Logprobs.Of(modelLogits, token, count);
            (Drawn, Top) = (top.Drawn, top.Top);
        }
        Form?.Accept(token);
        AcceptPrompt(token);
        generatedCount[token]++;
        return token;
    }

    private void AddBias()
    {
        if (settings.LogitBias is null)
            return;
        foreach (var (token, bias) in settings.LogitBias)
            logits[token] += bias;
    }

    private void Penalize()
    {
        if (settings is { RepetitionPenalty: 1, PresencePenalty: 0, FrequencyPenalty: 0 })
            return;
        foreach (var token in seen)
        {
            var logit = logits[token];
            logit = logit > 0 ? logit / settings.RepetitionPenalty : logit * settings.RepetitionPenalty;
            if (generatedCount[token] > 0)
                logit -= settings.PresencePenalty + generatedCount[token] * settings.FrequencyPenalty;
            logits[token] = logit;
        }
    }

    /// <summary>Leaves out the tokens that may not come next: their logits become minus infinity.</summary>
    private void HoldTo(FormOrCall form)
    {
        if (form.IsFree)
            return;
        var mask = memory.MaskOf(form.MaskWords);
        try
        {
            form.ComputeMask(mask);
        }
        catch (GrammarException error)
        {
            throw AnswerForm.BadInput(error);
        }
        var any = 0UL;
        for (var word = 0; word < mask.Length; word++)
        {
            var allowed = mask[word];
            any |= allowed;
            if (allowed == ulong.MaxValue)
                continue;
            var end = Math.Min(64, logits.Length - 64 * word);
            for (var bit = 0; bit < end; bit++)
            {
                if ((allowed >> bit & 1) == 0)
                    logits[64 * word + bit] = float.NegativeInfinity;
            }
        }
        if (any == 0)
            throw new InputException("form", null, "a text that no token of this vocabulary goes on from", "a vocabulary that can spell what the form asks for", "use another form, or another model");
    }

    /// <summary>The first of the largest logits. NaN never wins.</summary>
    private int Likeliest()
    {
        var best = 0;
        for (var token = 1; token < logits.Length; token++)
        {
            if (logits[token] > logits[best] || float.IsNaN(logits[best]))
                best = token;
        }
        return best;
    }

    private int Draw()
    {
        // Probabilities relative to the likeliest token: weights[token] = exp((logit - largest) / temperature).
        var largest = logits[Likeliest()];
        double total = 0;
        for (var token = 0; token < logits.Length; token++)
        {
            var weight = MathF.Exp((logits[token] - largest) / settings.Temperature);
            weights[token] = float.IsNaN(weight) ? 0 : weight;
            total += weights[token];
        }

        var count = settings.TopK > 0 && settings.TopK < logits.Length ? KeepTopK(out total) : KeepAll(total);
        if (settings.TopP < 1)
            count = KeepTopP(count, ref total);
        if (settings.MinP > 0)
            count = KeepMinP(count, ref total);

        var target = random.NextDouble() * total;
        for (var i = 0; i < count; i++)
        {
            target -= weights[candidates[i]];
            if (target < 0)
                return candidates[i];
        }
        return Likeliest();
    }

    /// <summary>
    /// All tokens, or, before top-p, all that can belong to the nucleus: tokens below (1 - p) / vocab of the total add up to less than 1 - p, so
    /// the nucleus never reaches them and they need not be sorted.
    /// </summary>
    private int KeepAll(double total)
    {
        var threshold = settings.TopP < 1 ? (1 - settings.TopP) * total / logits.Length : 0;
        var count = 0;
        for (var token = 0; token < weights.Length; token++)
        {
            if (weights[token] >= threshold)
                candidates[count++] = token;
        }
        return count;
    }

    /// <summary>The k largest weights, by a heap of k candidates whose root is the smallest kept.</summary>
    private int KeepTopK(out double total)
    {
        var k = settings.TopK;
        for (var token = 0; token < k; token++)
            candidates[token] = token;
        for (var root = k / 2 - 1; root >= 0; root--)
            SiftDown(root, k);
        for (var token = k; token < weights.Length; token++)
        {
            if (!ComesBefore(token, candidates[0]))
                continue;
            candidates[0] = token;
            SiftDown(0, k);
        }
        total = 0;
        for (var i = 0; i < k; i++)
            total += weights[candidates[i]];
        return k;
    }

    private int KeepTopP(int count, ref double total)
    {
        SortCandidates(count);
        var limit = settings.TopP * total;
        double kept = 0;
        for (var i = 0; i < count; i++)
        {
            kept += weights[candidates[i]];
            if (kept >= limit)
            {
                total = kept;
                return i + 1;
            }
        }
        total = kept;
        return count;
    }

    /// <summary>The likeliest token has weight 1 by construction, so the share is the weight itself.</summary>
    private int KeepMinP(int count, ref double total)
    {
        var kept = 0;
        total = 0;
        for (var i = 0; i < count; i++)
        {
            if (weights[candidates[i]] < settings.MinP)
                continue;
            candidates[kept++] = candidates[i];
            total += weights[candidates[kept - 1]];
        }
        return kept;
    }

    /// <summary>Larger weight first; equal weights in token order, so that a draw never depends on the sort.</summary>
    private bool ComesBefore(int left, int right) =>
        weights[left] > weights[right] || (weights[left] == weights[right] && left < right);

    /// <summary>Heap sort in place: first a heap with the last candidate at the root, then the roots from the back.</summary>
    private void SortCandidates(int count)
    {
        for (var root = count / 2 - 1; root >= 0; root--)
            SiftDown(root, count);
        for (var end = count - 1; end > 0; end--)
        {
            (candidates[0], candidates[end]) = (candidates[end], candidates[0]);
            SiftDown(0, end);
        }
    }

    /// <summary>Restores the heap whose root comes last in order.</summary>
    private void SiftDown(int root, int count)
    {
        while (true)
        {
            var child = 2 * root + 1;
            if (child >= count)
                return;
            if (child + 1 < count && ComesBefore(candidates[child], candidates[child + 1]))
                child++;
            if (!ComesBefore(candidates[root], candidates[child]))
                return;
            (candidates[root], candidates[child]) = (candidates[child], candidates[root]);
            root = child;
        }
    }
}
