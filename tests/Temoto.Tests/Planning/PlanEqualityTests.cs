using System.Text.Json;
using System.Text.Json.Nodes;
using Temoto.Evaluation.Seeded;
using Temoto.Generation.Execution;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Planning;

/// <summary>Records whose equality is written by hand must not forget a member: every value of a plan's JSON is changed in turn, and each change makes another plan.</summary>
public class PlanEqualityTests
{
    [Theory]
    [InlineData("tiny-qwen3", DataflowChoice.Tphs)]
    [InlineData("tiny-qwen2", DataflowChoice.Gemm)]
    [InlineData("tiny-opt", DataflowChoice.Tphs)]
    [InlineData("tiny-granite", DataflowChoice.Tphs)]
    [InlineData("tiny-bloom", DataflowChoice.Gemm)]
    [InlineData("tiny-gpt-oss", DataflowChoice.Gemm)]
    [InlineData("tiny-lfm2", DataflowChoice.Gemm)]
    public void EveryMemberCounts(string shape, DataflowChoice dataflow)
    {
        using var checkpoint = SeededMemory.Create("shape", ModelShapes.Get(shape), DType.I8, 1, TestContext.Current.CancellationToken);
        var engine = new EnginePlan(checkpoint, new ModelOptions { Dataflow = dataflow, KvCache = KvCacheType.Int8, Threads = 1 });
        var seen = new HashSet<string>();
        foreach (var plan in new[] { engine.Prefill, engine.Decode })
        {
            var root = JsonNode.Parse(plan.ToJson())!;
            foreach (var (place, node) in Leaves(root, ""))
            {
                // One place of each kind: the same member of another step is the same code.
                if (!seen.Add(place))
                    continue;
                foreach (var changed in Others(node))
                {
                    node.ReplaceWith(changed);
                    var text = root.ToJsonString();
                    changed.ReplaceWith(node);
                    Plan other;
                    try
                    {
                        other = Plan.FromJson(text);
                    }
                    catch (FormatException)
                    {
                        // Not a value of that member: another candidate is.
                        continue;
                    }
                    Assert.False(plan.Equals(other), $"{place}: {node.ToJsonString()} as {changed.ToJsonString()} makes an equal plan");
                    break;
                }
            }
            Assert.Equal(plan, Plan.FromJson(root.ToJsonString()));
        }
        Assert.True(seen.Count > 60, $"only {seen.Count} members");
    }

    /// <summary>Values other than that of a leaf, of which one is a value of its member.</summary>
    private static IEnumerable<JsonNode> Others(JsonNode node)
    {
        switch (node.GetValueKind())
        {
            case JsonValueKind.Number:
                yield return JsonValue.Create(node.GetValue<double>() + 16);
                break;
            case JsonValueKind.True:
            case JsonValueKind.False:
                yield return JsonValue.Create(!node.GetValue<bool>());
                break;
            default:
                // Words of closed sets first: two of each, so that one differs. Last a free text.
                foreach (var word in (string[])["input", "output", "read", "write", "columns", "tokens", "activations", "weights", "linear", "embed", "bias", "round", "relu", "gelu", "elements", "scales", "product", "norm",
                    "float32", "int8", "float16", "none", "escape", "gemm", "tphs", "prefill", "decode"])
                {
                    if (word != node.GetValue<string>())
                        yield return JsonValue.Create(word);
                }
                yield return JsonValue.Create("other");
                break;
        }
    }

    /// <summary>Numbers, texts and truth values with the members that lead to them, list positions left out; which kind of loop node counts, the discriminator does not.</summary>
    private static IEnumerable<(string Place, JsonNode Node)> Leaves(JsonNode node, string place)
    {
        if (node is JsonObject members)
        {
            var kind = members["do"] is { } word ? $"<{word}>" : "";
            foreach (var (name, member) in members.ToList())
            {
                if (member is null || name is "do" or "version")
                    continue;
                foreach (var leaf in Leaves(member, $"{place}{kind}.{name}"))
                    yield return leaf;
            }
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items.ToList())
            {
                foreach (var leaf in Leaves(item!, place + "[]"))
                    yield return leaf;
            }
        }
        else
        {
            yield return (place, node);
        }
    }
}
