using Temoto.Formats.Config;

namespace Temoto.Dataflow;

/// <summary>A weight the graph names, with the shape it must have.</summary>
internal sealed record WeightUse(string Name, long[] Shape);

/// <summary>What a model computes: its operations in order, the activations between them, the weights they name.</summary>
/// <param name="Logits">[rows, vocab]: the last value.</param>
internal sealed record ModelGraph(ModelConfig Config, IReadOnlyList<Op> Ops, IReadOnlyList<Value> Values, IReadOnlyList<WeightUse> Weights, Value Logits);
