using System.Text.Json.Nodes;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Plans;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Models;

public sealed class GptOssTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A tensor that is missing, or has another shape, is named before anything runs; what lies together is missed under the name of its first part.</summary>
    [Theory]
    [InlineData("model.layers.1.self_attn.sinks", null, "model.layers.1.self_attn.sinks.weight")]
    [InlineData("model.layers.1.self_attn.sinks", new long[] { 3 }, "model.layers.1.self_attn.sinks.weight")]
    [InlineData("model.layers.0.mlp.router.bias", new long[] { 6, 1 }, "model.layers.0.mlp.router.bias")]
    [InlineData("model.layers.0.mlp.experts.gate_up_proj", new long[] { 6, 64, 190 }, "model.layers.0.mlp.experts.0.gate_proj.weight")]
    [InlineData("model.layers.0.mlp.experts.gate_up_proj", new long[] { 5, 64, 192 }, "model.layers.0.mlp.experts.0.gate_proj.weight")]
    [InlineData("model.layers.0.mlp.experts.gate_up_proj_bias", null, "model.layers.0.mlp.experts.0.gate_proj.bias")]
    [InlineData("model.layers.1.mlp.experts.down_proj", new long[] { 6, 64, 96 }, "model.layers.1.mlp.experts.0.down_proj.weight")]
    [InlineData("model.layers.1.mlp.experts.down_proj_bias", new long[] { 64, 6 }, "model.layers.1.mlp.experts.0.down_proj.bias")]
    public void WhatDoesNotFitIsNamed(string name, long[]? shape, string named)
    {
        var path = Seeded();
        var file = Path.Combine(path, "model.safetensors");
        using (var weights = SafetensorsFile.Open(file))
        {
            var others = weights.Tensors.Values.Where(tensor => tensor.Name != name);
            SafetensorsWriter.WriteAll(folder.File("other.safetensors"), shape is null ? [.. others] : [.. others, Zeros(name, shape)]);
        }
        File.Move(folder.File("other.safetensors"), file, overwrite: true);
        var error = Assert.Throws<InputException>(() => LanguageModel.Load(path));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    /// <summary>600 positions are three pieces of the cache: a sink is in the sum of the whole, not of each. Sinks of 0.1's deviation count as much as a position each.</summary>
    [Fact]
    public void SinksCountOnceInSplitAttention()
    {
        int[] tokens = [.. Enumerable.Range(0, 600).Select(index => index * 37 % 300)];
        using var model = LanguageModel.Load(Seeded(), new ModelOptions { Precise = true, ContextTokens = 600 });
        using var whole = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, 600, 1));
        using var first = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, 599, 1));
        using var decode = model.Engine.NewExecutor(model.Engine.DecodePlan);
        using var cache = model.Engine.NewCache();
        using var other = model.Engine.NewCache();
        var expected = whole.Forward(tokens, cache, 1).ToArray();
        first.Forward(tokens.AsSpan(0, 599), other, 1);
        Assert.InRange(GoldenLogits.Worst(expected, decode.Forward(tokens.AsSpan(599), other, 1).ToArray()), 0, 1e-5);
    }

    /// <summary>
    /// With an int8 cache and scores in integers, sinks count as in float32: as far off as ModelTypesTests derives it for others. Each token is sent to all experts here: one that what int8 rounds sends elsewhere is
    /// another token.
    /// </summary>
    [Theory]
    [InlineData(DataflowChoice.Gemm)]
    [InlineData(DataflowChoice.Tphs)]
    public void IntegerAttentionHasSinks(DataflowChoice dataflow)
    {
        var path = WithAllExperts();
        using var floats = LanguageModel.Load(path, new ModelOptions { Precise = true });
        using var integers = LanguageModel.Load(path, new ModelOptions { KvCache = KvCacheType.Int8, Dataflow = dataflow });
        foreach (var (tokens, _) in GoldenLogits.Cases(RepositoryPaths.DataPath("golden-models/gpt_oss")))
        {
            var expected = GoldenLogits.Of(floats, tokens);
            foreach (var actual in new[] { GoldenLogits.Of(integers, tokens), Decoded(integers, tokens) })
            {
                var error = Math.Sqrt(expected.Zip(actual, (e, a) => (double)(e - a) * (e - a)).Average()) / GoldenLogits.Deviation(expected);
                TestContext.Current.SendDiagnosticMessage($"{dataflow}, {tokens.Length} tokens: root mean square difference {error:E1} standard deviations");
                Assert.InRange(error, 0, 0.027);
            }
        }
    }

    private string WithAllExperts()
    {
        var source = RepositoryPaths.DataPath("golden-models/gpt_oss");
        var path = Directory.CreateDirectory(folder.File("all")).FullName;
        File.Copy(Path.Combine(source, "model.safetensors"), Path.Combine(path, "model.safetensors"));
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(source, "config.json")))!.AsObject();
        config["num_experts_per_tok"] = 4;
        File.WriteAllText(Path.Combine(path, "config.json"), config.ToJsonString());
        return path;
    }

    private static float[] Decoded(LanguageModel model, int[] tokens)
    {
        using var cache = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(model.Engine.DecodePlan);
        return [.. tokens.SelectMany(token => executor.Forward([token], cache, 1).ToArray())];
    }

    /// <summary>Readers of a plan see what the model has: sinks once in each phase and mode, bounds, and biases of as many experts as there are.</summary>
    [Theory]
    [InlineData(DataflowChoice.Gemm, StepKind.Softmax)]
    [InlineData(DataflowChoice.Tphs, StepKind.TphsAttention)]
    public void APlanSaysIt(DataflowChoice dataflow, StepKind prompt)
    {
        using var model = LanguageModel.Load(Seeded(), new ModelOptions { Dataflow = dataflow });
        foreach (var (plan, kind) in new[] { (model.Engine.NewPlan(Phase.Prefill, 8, 1), prompt), (model.Engine.DecodePlan, StepKind.MergePieces) })
        {
            var steps = Plan.FromJson(plan.ToJson()).Sections.SelectMany(section => section.Steps).ToList();
            Assert.Equal([kind], steps.Where(step => step.Find(OperandRole.Sinks) is not null).Select(step => step.Kind).Distinct());
            Assert.All(steps.Where(step => step.Kind == StepKind.GatedExperts), step => Assert.Equal(new GateBounds(7, 1), step.Bounds));
            Assert.All(steps.Where(step => step.Kind == StepKind.GatedExperts), step => Assert.Equal(6, step.Operands.Count(operand => operand.Role == OperandRole.GateBias)));
            Assert.All(steps.Where(step => step.Kind == StepKind.DownExperts), step => Assert.Equal(6, step.Operands.Count(operand => operand.Role == OperandRole.Bias)));
        }
    }

    private string Seeded()
    {
        var path = folder.File("m");
        SeededCheckpoint.Write(ModelShapes.Get("tiny-gpt-oss") with { MaxPositionEmbeddings = 600 }, 5, path, DType.F32, null, TestContext.Current.CancellationToken);
        return path;
    }

    private static unsafe Tensor Zeros(string name, long[] shape)
    {
        var buffer = new NativeBuffer(shape.Aggregate(1L, (product, length) => product * length) * sizeof(float));
        return new Tensor(name, DType.F32, shape, buffer.Data, buffer.ByteLength, buffer);
    }
}
