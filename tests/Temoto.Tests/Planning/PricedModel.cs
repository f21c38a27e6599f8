using Temoto.Evaluation.Seeded;
using Temoto.Generation.Execution;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Planning;

/// <summary>A small model of a shape whose plans tests price on boards of their own.</summary>
internal static class PricedModel
{
    /// <summary>One device, memory so fast and launches so short that only work takes time.</summary>
    public static Board OnlyWork(params BoardUnit[] units) => new(
        "board",
        "for tests",
        [new BoardDevice("cpu", Figure(1, "1"), Figure(0, "s"), new Tiling(65536, 65536, 32, 6, 128, 256, 16, 128, 64, 256))],
        [new BoardMemory("cache", MemoryLevel.OnChip, Figure(1 << 20, "B"), Figure(1e15, "B/s")), new BoardMemory("memory", MemoryLevel.External, Figure(1 << 30, "B"), Figure(1e15, "B/s"))],
        [.. units, Unit(WorkKind.Product, 1e18)]);

    public static BoardUnit Unit(WorkKind work, double rate) => new("cpu", work, [], [], TokenCount.Any) { OperationsPerSecond = Figure(rate, "op/s") };

    public static Figure Figure(double value, string unit) => new(value, unit, Evidence.Assumed, "a test");

    /// <summary>The prompt's plan and the token's, made for the board.</summary>
    public static (Plan Prefill, Plan Decode) Plans(string shape, Board board, DataflowChoice dataflow = DataflowChoice.Gemm, KvCacheType kv = KvCacheType.F16)
    {
        using var checkpoint = SeededMemory.Create(shape, ModelShapes.Get(shape), DType.I8, 1, default);
        var plans = EnginePlan.PlansOn(board, checkpoint, new ModelOptions { Dataflow = dataflow, ContextTokens = 256, KvCache = kv });
        return (plans.Prefill, plans.Decode);
    }
}
