using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Planning;

/// <summary>Plans for another machine than the one that plans.</summary>
public class ElsewhereTests
{
    private static readonly string[] Names = [.. BoardChoice.Names, "host"];

    public static TheoryData<string> Boards => [.. Names];

    /// <summary>What kernels and threads this computer has is nothing to a board: the same plans, byte for byte.</summary>
    [Theory]
    [MemberData(nameof(Boards))]
    public void ABoardIsPlannedAlikeWhateverThisComputerRuns(string name)
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 1, folder.File("model"), DType.F16, null, TestContext.Current.CancellationToken);
        // A file that was written on a computer with other kernels and more threads.
        var kernels = KernelChooser.Choose("scalar");
        BoardFile.Write(folder.File("host.json"), HostBoard.Assumed(kernels, 7) with { Name = "another processor", Host = new HostIdentity("another processor", "scalar", 7) });
        var board = name == "host" ? BoardFile.Read(folder.File("host.json")) : BoardChoice.Read(name);
        using var checkpoint = CheckpointReader.Open(folder.File("model"));
        var texts = new HashSet<string>();
        foreach (var set in KernelChooser.Available)
        {
            foreach (var threads in new[] { 1, 2, 64 })
            {
                var plans = EnginePlan.PlansOn(board, checkpoint, new ModelOptions { Kernels = set, Threads = threads });
                texts.Add(string.Concat(new[] { plans.Prefill, plans.Decode, plans.Batch! }.Select(plan => plan.ToJson())));
            }
        }
        var text = Assert.Single(texts);
        Assert.Contains($"\"board\": \"{board.Name}\"", text, StringComparison.Ordinal);
    }

    /// <summary>Weights of four bits in groups of 64 meet the macro MAC unit; what it does not take, and attention, stay with the processor.</summary>
    [Fact]
    public void ProductsOfKv260AreTheUnitsAndTheRestIsTheProcessors()
    {
        var plans = Plans("kv260-sutd", "qwen2.5-0.5b", kv: NumberType.Float16, name => new Format(NumberType.Int4, 4) { Group = 64, Scales = ScaleType.Float16, HasZeroPoints = true });
        foreach (var plan in new[] { plans.Prefill, plans.Decode })
        {
            foreach (var placed in plan.Steps)
            {
                var step = placed.Step;
                var onUnit = step.Kind is StepKind.HeadProjections or StepKind.GatedLinear || (step.Kind == StepKind.Linear && placed.Layer >= 0);
                Assert.Equal(onUnit ? "fpga" : "cpu", step.Device);
                // Calls of 32 outputs, or whole multiples.
                if (onUnit && step.Kind != StepKind.HeadProjections)
                    Assert.Equal(0, step.Tile(Dimension.Columns) % 32);
            }
            // Activations are floats: nothing is rounded.
            Assert.DoesNotContain(plan.Steps, placed => placed.Step.Kind is StepKind.Quantize or StepKind.RoundToGrid);
            Assert.DoesNotContain(plan.Steps, placed => placed.Step.Mode == DataflowMode.Tphs);
        }
        Assert.True(plans.Decision!.IsSplit);
    }

    /// <summary>Weights, activations and cache of eight bits: everything but the table of logits runs on the array, and the attention of a prompt head by head.</summary>
    [Fact]
    public void EightBitsRunOnTheArrayOfMeadow()
    {
        var plans = Plans("zcu102-meadow", "opt-125m", kv: NumberType.Int8, name => new Format(NumberType.Int8, 8) { Group = 1 << 20, Scales = ScaleType.Float32 });
        Assert.Contains(plans.Prefill.Steps, placed => placed.Step is { Kind: StepKind.TphsAttention, Attention.ComputesUnseen: true });
        foreach (var placed in plans.Prefill.Steps.Concat(plans.Decode.Steps).Where(placed => placed.Layer >= 0 && placed.Step.Kind != StepKind.SelectRows))
        {
            Assert.Equal("fpga", placed.Step.Device);
            // Bytes from step to step; nothing is rounded by a step of its own. (Pieces of a cache are floats.)
            if (placed.Step.Kind is not (StepKind.SplitAttention or StepKind.MergePieces))
                Assert.All(placed.Step.Operands.Where(operand => operand.Memory == MemoryRegion.Activations), operand => Assert.Equal(new Format(NumberType.Int8, 8), operand.Format));
            Assert.True(placed.Step.Kind is not (StepKind.Quantize or StepKind.RoundToGrid), placed.Step.Name);
        }
        Assert.False(plans.Decision!.IsSplit);
    }

    /// <summary>Plans of a shape whose matrices in layers are of one format, the others of sixteen bits.</summary>
    private static ModelPlans Plans(string board, string shape, NumberType kv, Func<string, Format> formatOf)
    {
        var graph = Architecture.Build(ModelShapes.Get(shape), shape);
        var shapes = graph.Weights.ToDictionary(use => use.Name, use => use.Shape);
        return new ModelPlans(graph, Weight, BoardChoice.Read(board), new PlanSettings(512, kv, null, 1, false, PackedWeightsChoice.Auto, 1L << 32));

        WeightInfo Weight(string name)
        {
            var (rows, columns) = (shapes[name][0], shapes[name].Count > 1 ? shapes[name][1] : 1);
            var format = name.Contains("layers.", StringComparison.Ordinal) ? formatOf(name) : new Format(NumberType.Float16, 16);
            format = format with { Group = (int)Math.Min(format.Group, columns) };
            var rowBytes = columns * format.Bits / 8;
            var groups = format.Group == 0 ? 0 : columns / format.Group;
            return new WeightInfo(name, format, rows, columns, rowBytes, rows * rowBytes, rows * groups * format.ScaleBytes, format.HasZeroPoints ? rows * groups : 0) { PlainRowBytes = rowBytes };
        }
    }
}
