using Temoto.Evaluation.Benchmarking;
using Temoto.Evaluation.Seeded;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class StepRowsTests
{
    [Fact]
    public void StepsOfOneNameAreOneRowOverTheLayers()
    {
        using var model = LanguageModel.Load(SeededMemory.Create("tiny", ModelShapes.Get("tiny-llama"), DType.F16, 1, default), new ModelOptions { Threads = 1, ContextTokens = 16 });
        var plan = model.Engine.DecodePlan;
        var rows = StepRows.Of(plan);
        Assert.Equal(plan.Steps.Count(), rows.RowOf.Count);
        foreach (var (index, placed) in plan.Steps.Index())
        {
            var row = rows.Rows[rows.RowOf[index]];
            Assert.Equal((placed.Step.Name, placed.Step.Kind), (row.Name, row.Kind));
            Assert.Equal(placed.Layer < 0 ? 1 : 2, row.Layers);
        }
        // The embedding and the head share a tensor and no row.
        Assert.Equal([StepKind.Embed, StepKind.Linear], new[] { rows.Rows[0].Kind, rows.Rows[^1].Kind });
        Assert.Equal(rows.Rows.Count, rows.Rows.Distinct().Count());
    }

    [Fact]
    public void SumsAreOverTheStepsOfARow()
    {
        var rows = new StepRows([new StepRow("a", StepKind.Add, 2), new StepRow("b", StepKind.Add, 2)], [0, 1, 0, 1]);
        Assert.Equal([5, 10], rows.Sums([1, 2, 4, 8]));
        Assert.Equal([5, 2], rows.Sums([1, 2, 4]));
    }
}
