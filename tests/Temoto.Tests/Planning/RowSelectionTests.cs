using Temoto.Evaluation.Seeded;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Planning;

public class RowSelectionTests
{
    /// <summary>Behind the last attention only the wanted rows are computed: output projection, norm, feed-forward, sums, final norm, head.</summary>
    [Theory]
    [InlineData("tiny-qwen2", 10)]
    [InlineData("tiny-llama", 10)]
    [InlineData("tiny-opt", 9)]
    public void TheLastLayerEndsOnSelectedRows(string shape, int operations)
    {
        var config = ModelShapes.Get(shape);
        var graph = Architecture.Build(config, shape);
        var hoisted = RowSelection.Hoist(graph);
        var last = hoisted.Ops.Index().Last(item => item.Item is AttentionOp).Index;
        Assert.Equal(config.NumHiddenLayers, hoisted.Ops.Count(op => op is AttentionOp));
        Assert.IsType<SelectRowsOp>(hoisted.Ops[last + 1]);
        Assert.IsType<SelectRowsOp>(hoisted.Ops[last + 2]);
        Assert.Equal(operations, hoisted.Ops.Count - last - 3);
        Assert.DoesNotContain(hoisted.Ops.Skip(last + 3), op => op is SelectRowsOp);
        Assert.Equal(graph.Ops.Count + 1, hoisted.Ops.Count);
        Assert.Equal(graph.Logits, hoisted.Logits);
    }

    /// <summary>One row of logits, or all of them: the last is the same, bit for bit with the precise kernels, whose sums do not depend on what else is computed.</summary>
    [Theory]
    [InlineData("tiny-qwen3")]
    [InlineData("tiny-opt")]
    public void SelectedRowsHaveTheLogitsOfAll(string shape)
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get(shape), 3, folder.Path, Temoto.Tensors.DType.F32, null, TestContext.Current.CancellationToken);
        using var model = LanguageModel.Load(folder.Path, new ModelOptions { Precise = true });
        int[] tokens = [.. Enumerable.Range(0, 20).Select(i => i * 11 % 250)];
        float[] Logits(int rows)
        {
            using var cache = model.Engine.NewCache();
            using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, tokens.Length, rows));
            return executor.Forward(tokens, cache, rows).ToArray();
        }
        Assert.Equal(Logits(tokens.Length)[^model.Info.VocabSize..], Logits(1));
        // Runs without logits fill the cache all the same.
        using var filled = model.Engine.NewCache();
        using var prefill = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, tokens.Length, 1));
        Assert.Equal(0, prefill.Forward(tokens.AsSpan(0, 13), filled, 0).Length);
        Assert.Equal(Logits(1), prefill.Forward(tokens.AsSpan(13), filled, 1).ToArray());
    }
}
