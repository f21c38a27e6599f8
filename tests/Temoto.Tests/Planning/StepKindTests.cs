using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Tests.Planning;

public class StepKindTests
{
    /// <summary>Kinds that only plans of operations as a model writes them down have: what calibration runs. Elsewhere they are part of another step.</summary>
    private static readonly StepKind[] OnlyAsWritten = [StepKind.ActivateMultiply];

    /// <summary>Some model, board and wish has a step of every kind; one that none has would be dead.</summary>
    [Fact]
    public void EveryKindIsPlanned()
    {
        var planned = new HashSet<StepKind>();
        var written = new HashSet<StepKind>();
        Board[] boards = [HostBoard.Assumed(KernelChooser.Choose(KernelChooser.Available[0]), 2), .. BoardChoice.Names.Select(BoardChoice.Read)];
        foreach (var (name, config) in ModelShapes.All.Where(shape => shape.Name.StartsWith("tiny", StringComparison.Ordinal)))
        {
            var graph = Architecture.Build(config, name);
            var isPicture = config.Vision is not null;
            foreach (var board in boards)
            {
                foreach (var dataflow in new[] { DataflowMode.Gemm, DataflowMode.Tphs })
                {
                    for (var salt = 0; salt < 3; salt++)
                    {
                        var settings = new PlanSettings(isPicture ? config.MaxPositionEmbeddings : 64, NumberType.Float16, dataflow, 2, isPicture, PackedWeightsChoice.Keep, 1 << 30);
                        var weights = FakeWeights.Of(graph, salt, layersAreAlike: true);
                        var plans = new ModelPlans(graph, weights, board, settings);
                        planned.UnionWith(Kinds(plans.Prefill).Concat(Kinds(plans.Decode)));
                        written.UnionWith(Kinds(Planner.PlanAsWritten(graph, new PlanWish(Phase.Prefill, settings.ContextTokens, 1, settings.ContextTokens, NumberType.Float32, null), board, weights, out _)));
                    }
                }
            }
        }
        Assert.Equal(Enum.GetValues<StepKind>(), planned.Union(written).Order());
        Assert.Equal(OnlyAsWritten.Order(), written.Except(planned).Order());

        static IEnumerable<StepKind> Kinds(Plan plan) => plan.Sections.SelectMany(section => section.Steps).Select(step => step.Kind);
    }
}
