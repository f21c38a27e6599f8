using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>What a plan is wanted for, beside the model and the board.</summary>
/// <param name="MaxTokens">Most tokens one run takes: in decode, most sequences, each with one.</param>
/// <param name="MaxLogitRows">Most rows of logits one run gives.</param>
/// <param name="ContextTokens">Positions of the cache.</param>
/// <param name="Kv">How keys and values are stored: Float32, Float16 or Int8.</param>
/// <param name="Dataflow">The mode of attention in prefill; null lets the planner choose.</param>
internal sealed record PlanWish(Phase Phase, int MaxTokens, int MaxLogitRows, int ContextTokens, NumberType Kv, DataflowMode? Dataflow);
