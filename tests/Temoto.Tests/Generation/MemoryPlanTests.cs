using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Packing;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation;

public sealed class MemoryPlanTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ABudgetTakesThePlaceOfTheMachinesMemory()
    {
        using var checkpoint = CheckpointReader.Open(ModelFiles.Write(folder, "safetensors").Path);
        var whole = new EnginePlan(checkpoint, new ModelOptions()).Memory;
        Assert.False(whole.IsBudget);
        using (var engine = new ModelEngine(checkpoint, new ModelOptions { MemoryBudgetBytes = whole.TotalBytes }))
            Assert.Equal((whole.TotalBytes, true), (engine.MemoryPlan.AvailableBytes, engine.MemoryPlan.IsBudget));
        var error = Assert.Throws<InputException>(() => new ModelEngine(checkpoint, new ModelOptions { MemoryBudgetBytes = whole.TotalBytes - 1 })).Message;
        Assert.Contains($"of {(whole.TotalBytes - 1) / 1048576.0:0.0} MiB (budget)", error, StringComparison.Ordinal);
        Assert.Contains("shorten ModelOptions.ContextTokens", error, StringComparison.Ordinal);
        Assert.Contains("raise ModelOptions.MemoryBudgetBytes", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ACopyCountsAndIsRefusedBeforeItIsMade()
    {
        using var checkpoint = CheckpointReader.Open(ModelFiles.Write(folder, "safetensors").Path);
        var copied = new ModelOptions { Load = ModelLoad.Copy };
        var memory = new EnginePlan(checkpoint, copied).Memory;
        Assert.Equal(checkpoint.WeightBytes, memory.WeightBytes);
        Assert.Contains("MiB (copied), KV cache", memory.ToString(), StringComparison.Ordinal);
        var planned = 0;
        Assert.Throws<InputException>(() => new ModelEngine(checkpoint, copied with { MemoryBudgetBytes = memory.TotalBytes - 1, MemoryPlanned = _ => planned++ }));
        Assert.Equal(1, planned);
        Assert.All(checkpoint.Tensors.Values, tensor => Assert.NotNull(tensor.File));
        using var engine = new ModelEngine(checkpoint, copied with { MemoryBudgetBytes = memory.TotalBytes });
        Assert.All(checkpoint.Tensors.Values, tensor => Assert.Null(tensor.File));
    }

    /// <summary>Rows that are laid out plain lie beside the packed ones that were copied; mapped ones cost nothing then.</summary>
    [Fact]
    public void PackedRowsThatAreUnpackedCountTwiceInACopy()
    {
        ModelFiles.WriteTemoto(folder.File("m.temoto"), PackingMode.Entropy);
        using var checkpoint = CheckpointReader.Open(folder.File("m.temoto"));
        var packed = checkpoint.Tensors.Values.Where(tensor => tensor.Encoded is not null).ToList();
        Assert.NotEmpty(packed);
        var unpack = new ModelOptions { PackedWeights = PackedWeightsChoice.Unpack };
        var mapped = new EnginePlan(checkpoint, unpack).Memory.WeightBytes;
        var copied = new EnginePlan(checkpoint, unpack with { Load = ModelLoad.Copy }).Memory.WeightBytes;
        Assert.Equal(packed.Sum(tensor => tensor.Encoded!.ByteLength), copied - mapped);
    }
}
