using System.Globalization;
using Temoto.Formats.Config;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Papers;

/// <summary>
/// MEADOW (arXiv 2503.11663) on its own board: the published ends of its ranges beside ours, by one set of assumptions. Prompts of 64 to 512 tokens and positions of 64 to 1024 stand for
/// lengths that the text at hand does not give; 64 products per processing element and cycle, packing by 1.6, fetching, computing and storing one after the other, all rows through all
/// decoder layers, and no logits, are ours.
/// </summary>
/// <param name="shapes">Configurations by name: opt-125m, opt-1.3b, deit-s, deit-b.</param>
/// <param name="board">zcu102-meadow.</param>
internal sealed class MeadowPaper(Func<string, ModelConfig> shapes, Board board)
{
    /// <summary>Plain bytes of all weights to packed ones: three estimates from the published gains agree on 1.5 to 1.7.</summary>
    public const double PackingRatio = 1.6;

    private const int Context = 2048;

    private static readonly int[] Prompts = [64, 128, 256, 512], Longer = [512, 640, 768, 1024];

    private static readonly double[] BandwidthsGbps = [12, 1], PictureEnds = [1.5, 1.6];

    private static readonly string[] PictureShapes = ["deit-s", "deit-b"];

    private static readonly int[] Positions = [64, 128, 256, 512, 1024];

    private readonly Dictionary<string, (PhaseAccount Baseline, PhaseAccount Meadow)> accounts = [];

    private readonly Dictionary<string, (SimulatedModel Model, ModelPlans Plans)> plansOf = [];

    /// <summary>Sixteen ends: Fig. 6 (time to first token) and Fig. 7 (time between tokens), at 12 and 1 Gbit/s, smallest and largest gain of both models.</summary>
    public IReadOnlyList<PaperRow> Ends()
    {
        var rows = new List<PaperRow>();
        foreach (var (shape, gbps, least, most) in new[] { ("opt-125m", 12.0, 1.5, 1.7), ("opt-1.3b", 12, 1.5, 1.6), ("opt-125m", 1, 1.57, 2.5), ("opt-1.3b", 1, 1.55, 2) })
            AddEnds("TTFT", shape, gbps, least, most, Prompts, tokens => PromptGain(shape, gbps, tokens));
        foreach (var (shape, gbps, least, most) in new[] { ("opt-125m", 12.0, 1.4, 1.52), ("opt-1.3b", 12, 1.4, 1.52), ("opt-125m", 1, 1.4, 1.53), ("opt-1.3b", 1, 1.4, 1.53) })
            AddEnds("TBT", shape, gbps, least, most, Positions, position => TokenGain(shape, gbps, position));
        return rows;

        void AddEnds(string what, string shape, double gbps, double least, double most, int[] lengths, Func<int, double> gain)
        {
            var gains = Array.ConvertAll(lengths, length => (Length: length, Gain: gain(length)));
            var (low, high) = (gains.MinBy(item => item.Gain), gains.MaxBy(item => item.Gain));
            var place = what == "TTFT" ? "tokens" : "in the cache";
            rows.Add(new PaperRow(Invariant($"{what} {shape}, {gbps} Gbit/s, least"), least, low.Gain, "x", $"at {low.Length} {place}"));
            rows.Add(new PaperRow(Invariant($"{what} {shape}, {gbps} Gbit/s, most"), most, high.Gain, "x", $"at {high.Length} {place}"));
        }
    }

    /// <summary>The end that no assumption in common meets, by prompt length: the published 2.5 lies between 512 and 1024 tokens.</summary>
    public IReadOnlyList<PaperRow> Sensitivity() =>
        [.. Longer.Select(tokens => new PaperRow(Invariant($"TTFT opt-125m, 1 Gbit/s, {tokens} tokens"), 2.5, PromptGain("opt-125m", 1, tokens), "x", "by the length of the prompt"))];

    /// <summary>Pictures: DeiT-S and DeiT-B.</summary>
    public IReadOnlyList<PaperRow> Pictures() => [.. from shape in PictureShapes from gbps in BandwidthsGbps from end in PictureEnds
        select new PaperRow(Invariant($"{shape}, {gbps} Gbit/s, {(end == 1.5 ? "least" : "most")}"), end, PromptGain(shape, gbps, 0), "x", "197 or 198 tokens; the paper gives one range for both models, at which bandwidth is not known")];

    /// <summary>A prompt and 64 tokens after it against the works that MEADOW re-implements, by <see cref="MeadowRivals"/>: over 40 % is published.</summary>
    public IReadOnlyList<PaperRow> Rivals()
    {
        var rows = new List<PaperRow>();
        foreach (var shape in new[] { "opt-125m", "opt-1.3b" })
        {
            foreach (var gbps in BandwidthsGbps)
            {
                var own = BoardVariant.WithBandwidth(board, gbps);
                var (prompt, token) = (Accounts(shape, 512, isToken: false), Accounts(shape, 576, isToken: true));
                var meadow = Seconds(prompt.Meadow, own) + 64 * Seconds(token.Meadow, own);
                foreach (var (name, seconds) in new (string, Func<IReadOnlyList<SimulatedOperation>, bool, double>)[]
                {
                    ("CTA, half of the tokens", (operations, isPrompt) => MeadowRivals.Cta(operations, own, 0.5, isPrompt)),
                    ("CTA, a quarter", (operations, isPrompt) => MeadowRivals.Cta(operations, own, 0.25, isPrompt)),
                    ("FlightLLM, 2:4", (operations, isPrompt) => MeadowRivals.FlightLlm(operations, own, 1.6, 2, isPrompt)),
                    ("FlightLLM, dense", (operations, isPrompt) => MeadowRivals.FlightLlm(operations, own, 1, 1, isPrompt)),
                })
                    rows.Add(new PaperRow(Invariant($"{shape}, {gbps} Gbit/s, against {name}"), 1.4, (seconds(prompt.Baseline.Price(own), true) + 64 * seconds(token.Baseline.Price(own), false)) / meadow, "x", "a prompt of 512 tokens and 64 more; over 1.4 is published"));
            }
        }
        return rows;
    }

    /// <summary>Fig. 12: both dataflows of opt-125m over 14 to 96 elements and 1 to 51 Gbit/s, packed alike.</summary>
    public Sweep Grid() => Sweep.Run(Model("opt-125m", PackingRatio), board, 512, [.. Enumerable.Range(14, 83).Select(count => (int?)count)], [.. Enumerable.Range(1, 51).Select(gbps => (double)gbps)], null);

    /// <summary>Gain of MEADOW over GEMM execution for a prompt; 0 tokens stand for a picture.</summary>
    public double PromptGain(string shape, double gbps, int tokens)
    {
        var (own, pair) = (BoardVariant.WithBandwidth(board, gbps), Accounts(shape, tokens, isToken: false));
        return Seconds(pair.Baseline, own) / Seconds(pair.Meadow, own);
    }

    /// <summary>The same for a token.</summary>
    public double TokenGain(string shape, double gbps, int position)
    {
        var (own, pair) = (BoardVariant.WithBandwidth(board, gbps), Accounts(shape, position, isToken: true));
        return Seconds(pair.Baseline, own) / Seconds(pair.Meadow, own);
    }

    private (PhaseAccount Baseline, PhaseAccount Meadow) Accounts(string shape, int length, bool isToken)
    {
        var key = $"{shape} {length} {isToken}";
        return accounts.TryGetValue(key, out var known) ? known : accounts[key] = (Account(Plans(shape, 1, DataflowMode.Gemm)), Account(Plans(shape, PackingRatio, DataflowMode.Tphs)));

        PhaseAccount Account((SimulatedModel Model, ModelPlans Plans) item)
        {
            var (model, plans) = item;
            return isToken ? PhaseAccount.Decode(plans.Decode, board, length, withLogits: false) : PhaseAccount.Prefill(plans.Prefill, board, model.IsPicture ? model.MostTokens : length, withLogits: model.IsPicture);
        }
    }

    /// <summary>Made once for all lengths.</summary>
    private (SimulatedModel Model, ModelPlans Plans) Plans(string shape, double ratio, DataflowMode dataflow)
    {
        var key = $"{shape} {dataflow}";
        if (!plansOf.TryGetValue(key, out var known))
        {
            var model = Model(shape, ratio);
            plansOf[key] = known = (model, model.PlansOn(board, Context, null, dataflow, keepsAllRows: true));
        }
        return known;
    }

    private SimulatedModel Model(string shape, double ratio)
    {
        var config = shapes(shape);
        var (graph, weights) = SimulatedWeights.Of(config, "int8", ratio);
        return new SimulatedModel(shape, graph, weights, config.MaxPositionEmbeddings, config.Vision is not null);
    }

    private static double Seconds(PhaseAccount account, Board own) => account.Price(own).Sum(operation => operation.Seconds);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
