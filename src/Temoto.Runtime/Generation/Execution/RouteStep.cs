using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>The experts with the largest logits, and what each counts; the first of equal ones. In place of the others stands 0.</summary>
internal sealed unsafe class RouteStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly Routing routing = binding.Step.Routing!;

    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
            Route(Input + (long)row * Width, Output + (long)row * Width);
    }

    /// <summary>routes may be logits.</summary>
    private void Route(float* logits, float* routes)
    {
        var largest = float.NegativeInfinity;
        for (var expert = 0; expert < routing.Experts; expert++)
            largest = Math.Max(largest, logits[expert]);
        var all = 0.0;
        for (var expert = 0; expert < routing.Experts; expert++)
            all += Math.Exp((double)logits[expert] - largest);
        var chosen = stackalloc int[routing.Chosen];
        var counts = stackalloc double[routing.Chosen];
        var sum = 0.0;
        for (var i = 0; i < routing.Chosen; i++)
        {
            chosen[i] = Largest(logits, chosen, i);
            sum += counts[i] = Math.Exp((double)logits[chosen[i]] - largest);
        }
        new Span<float>(routes, routing.Experts).Clear();
        for (var i = 0; i < routing.Chosen; i++)
            routes[chosen[i]] = (float)(counts[i] / (routing.Renormalizes ? sum : all));
    }

    /// <summary>The largest that is not among the first <paramref name="count"/> chosen; NaN counts as the least.</summary>
    private int Largest(float* logits, int* chosen, int count)
    {
        var best = -1;
        for (var expert = 0; expert < routing.Experts; expert++)
        {
            if (!new ReadOnlySpan<int>(chosen, count).Contains(expert) && (best < 0 || logits[expert] > logits[best]))
                best = expert;
        }
        return best;
    }
}
