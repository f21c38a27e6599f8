using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>Which tokens of a run each expert is asked by, and which of a token's experts it is: from the routes, before the chunks of a step.</summary>
internal sealed unsafe class ExpertTokens
{
    private readonly Routing routing;
    private readonly float* routes;

    /// <summary>[experts + 1]: where each expert's tokens begin.</summary>
    private readonly int[] starts;

    /// <summary>[rows * Chosen]: tokens, expert after expert.</summary>
    private readonly int[] tokens;

    /// <summary>[rows * Chosen]: of each of them, which of its experts this one is.</summary>
    private readonly int[] slots;

    /// <summary>[experts]: those that are asked.</summary>
    private readonly int[] asked;

    public ExpertTokens(StepBinding binding, int mostRows)
    {
        routing = binding.Step.Routing!;
        routes = binding.Floats(OperandRole.Routes);
        starts = new int[routing.Experts + 1];
        asked = new int[routing.Experts];
        tokens = new int[mostRows * routing.Chosen];
        slots = new int[mostRows * routing.Chosen];
    }

    /// <summary>Experts that are asked.</summary>
    public int Count { get; private set; }

    /// <summary>The number of one of those that are asked.</summary>
    public int Expert(int index) => asked[index];

    public ReadOnlySpan<int> Tokens(int expert) => tokens.AsSpan(starts[expert], starts[expert + 1] - starts[expert]);

    public ReadOnlySpan<int> Slots(int expert) => slots.AsSpan(starts[expert], starts[expert + 1] - starts[expert]);

    /// <summary>What an expert counts for a token.</summary>
    public float Weight(int token, int expert) => routes[(long)token * routing.Experts + expert];

    public void Sort(int rows)
    {
        Array.Clear(starts);
        for (var token = 0; token < rows; token++)
        {
            for (var expert = 0; expert < routing.Experts; expert++)
                starts[expert + 1] += Weight(token, expert) != 0 ? 1 : 0;
        }
        Count = 0;
        for (var expert = 0; expert < routing.Experts; expert++)
        {
            if (starts[expert + 1] > 0)
                asked[Count++] = expert;
            starts[expert + 1] += starts[expert];
        }
        // Filled from the front; the starts move and are put back.
        for (var token = 0; token < rows; token++)
        {
            var slot = 0;
            for (var expert = 0; expert < routing.Experts; expert++)
            {
                if (Weight(token, expert) == 0)
                    continue;
                tokens[starts[expert]] = token;
                slots[starts[expert]++] = slot++;
            }
        }
        for (var expert = routing.Experts; expert > 0; expert--)
            starts[expert] = starts[expert - 1];
        starts[0] = 0;
    }
}
