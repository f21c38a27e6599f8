using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Tests.Simulation.Costing;

/// <summary>Sums by hand against the simulator: tiny-opt, 10 tokens, two layers, 64 columns, 4 heads of 16, 160 inside; int8 throughout.</summary>
public class PhaseAccountTests
{
    private const int Tokens = 10, Width = 64, Inner = 160, Heads = 4, HeadDim = 16, Layers = 2;

    /// <summary>64-byte lines of one row of activations and of one scale.</summary>
    private const int Line = 64;

    private static readonly Board Additive = PencilAndPaper.Board(Overlap.Additive);

    /// <summary>Weights [160, 64] one scale, a bias of 160 floats, 10 rows in and out, at a byte per nanosecond.</summary>
    [Fact]
    public void AProductFetchesComputesAndStores()
    {
        var fc1 = PencilAndPaper.Prompt(Additive, Tokens, DataflowMode.Gemm)["fc1"];
        const int fetched = Inner * Width + Line + Inner * 4 + Tokens * Width;
        Assert.Equal(Layers, fc1.Times);
        Assert.Equal(Layers * fetched, fc1.Traffic.Fetched);
        // 10 rows of 160 bytes are 25 lines.
        Assert.Equal(Layers * Tokens * Inner, fc1.Traffic.Stored);
        Assert.Equal(Layers * fetched / 1e9, fc1.FetchSeconds, 1e-15);
        // 40 rows of tiles for 5 pairs of tokens, each 8 tiles of columns and 3 cycles to begin.
        Assert.Equal(Layers * 40 * 5 * (8 + 3) / 1e8, fc1.ComputeSeconds, 1e-15);
        Assert.Equal(fc1.FetchSeconds + fc1.ComputeSeconds + fc1.StoreSeconds, fc1.Seconds, 1e-15);
        Assert.Equal(2.0 * Layers * Tokens * Inner * Width, fc1.Operations);
    }

    /// <summary>Scores [4 heads, 10, 10] bytes: queries and keys in, scores out; whole heads times whole lengths, seen or not.</summary>
    [Fact]
    public void GemmModeStoresEveryScore()
    {
        var operations = PencilAndPaper.Prompt(Additive, Tokens, DataflowMode.Gemm);
        var pairs = Layers * Heads * Tokens * Tokens;
        Assert.Equal(2.0 * pairs * HeadDim, operations["scores"].Operations);
        Assert.Equal(2.0 * pairs * HeadDim / (2 * 8 * 16 * 1e8), operations["scores"].ComputeSeconds, 1e-15);
        Assert.Equal(pairs / 2e8, operations["softmax"].ComputeSeconds, 1e-15);
        Assert.Equal(2.0 * pairs * HeadDim, operations["weighted_values"].Operations);
        // Rows of scores are as long as the cache may be, so that each lies in lines of its own.
        Assert.True(operations["softmax"].Traffic.Intermediates >= 2 * pairs);
        Assert.DoesNotContain("scores", PencilAndPaper.Prompt(Additive, Tokens, DataflowMode.Tphs).Keys);
    }

    /// <summary>
    /// TPHS: 6 elements of 16 lanes project queries (64 columns each) and meet keys, 2 add up values, softmax takes 2 a cycle. A token of a head takes them (64 + 10) x 16 / 96, 10 / 2 and
    /// 10 x 16 / 32 cycles: 12.33, 5 and 5. The slowest counts for all tokens and heads, the others once, in each of two pipelines.
    /// </summary>
    [Fact]
    public void ThePipelineIsAsFastAsItsSlowestPart()
    {
        var tphs = PencilAndPaper.Prompt(Additive, Tokens, DataflowMode.Tphs)["tphs_attention"];
        var (dot, softmax, row) = ((Width + Tokens) * 16 / 96.0, Tokens / 2.0, Tokens * 16 / 32.0);
        Assert.Equal(Layers * (Tokens * Heads * dot + (softmax + row) * 2) / 1e8, tphs.ComputeSeconds, 1e-12);
        Assert.Equal(0, tphs.Traffic.Intermediates);
    }

    /// <summary>With memory behind the units the longer of the two counts, and a launch.</summary>
    [Fact]
    public void MemoryWorksBehindTheUnits()
    {
        var additive = PencilAndPaper.Prompt(Additive, Tokens, DataflowMode.Gemm)["fc1"];
        var buffered = PencilAndPaper.Prompt(PencilAndPaper.Board(Overlap.DoubleBuffered, launchSeconds: 1e-6), Tokens, DataflowMode.Gemm)["fc1"];
        Assert.Equal(additive.Traffic, buffered.Traffic);
        Assert.Equal(Math.Max(additive.FetchSeconds + additive.StoreSeconds, additive.ComputeSeconds) + Layers * 1e-6, buffered.Seconds, 1e-15);
    }

    /// <summary>What stays on the chip is neither stored nor fetched: of a product only its weight, scale and bias come from memory. (What is left at the end counts for the last step.)</summary>
    [Fact]
    public void WhatStaysOnTheChipDoesNotMove()
    {
        var kept = PencilAndPaper.Prompt(PencilAndPaper.Board(Overlap.Additive, keeps: true), Tokens, DataflowMode.Tphs);
        Assert.Equal(Layers * (Inner * Width + Line + Inner * 4), kept["fc1"].Traffic.Total);
        Assert.Equal(Layers * (Inner * Width + Line + Width * 4), kept["fc2"].Traffic.Fetched);
    }

    /// <summary>Packed by 2, weights are half as many bytes; unpacking on the way takes 10,240 bytes at 0.1 GB/s, longer than the fetch, and counts in its place.</summary>
    [Fact]
    public void PackedWeightsAreUnpackedOnTheWay()
    {
        var packed = PencilAndPaper.Prompt(Additive, Tokens, DataflowMode.Gemm, PencilAndPaper.Model(ratio: 2))["fc1"];
        Assert.Equal(Layers * (Inner * Width / 2 + Line), packed.Traffic.Weights - Layers * Inner * 4);
        Assert.Equal(Layers * Inner * Width / 1e8, packed.FetchSeconds, 1e-12);
        Assert.Equal(PencilAndPaper.Prompt(Additive, Tokens, DataflowMode.Gemm)["fc1"].ComputeSeconds, packed.ComputeSeconds, 1e-15);
    }

    /// <summary>Every cycle of a step is busy, starved, stalled or idle, and their sum is its time to a cycle for each execution of a part.</summary>
    [Theory]
    [InlineData(Overlap.Additive)]
    [InlineData(Overlap.DoubleBuffered)]
    public void EveryCycleIsOneOfFour(Overlap overlap)
    {
        foreach (var operation in PencilAndPaper.Prompt(PencilAndPaper.Board(overlap, launchSeconds: 1e-7), Tokens, DataflowMode.Tphs).Values)
        {
            var cycles = operation.Cycles!.Value;
            Assert.Equal(cycles.Busy + cycles.Starved + cycles.Stalled + cycles.Idle, cycles.Total);
            Assert.InRange(cycles.Total, operation.Seconds * 1e8 - 1e-3, operation.Seconds * 1e8 + 4 * operation.Times + 1e-3);
        }
    }

    /// <summary>2 W for as long as it takes, a nanojoule for an operation and an on-chip byte, ten for a byte from memory.</summary>
    [Fact]
    public void EnergyIsTimeWorkAndBytes()
    {
        var fc1 = PencilAndPaper.Prompt(Additive, Tokens, DataflowMode.Gemm)["fc1"];
        Assert.Equal(2 * fc1.Seconds + 1e-9 * (fc1.Operations + fc1.OnChipBytes) + 1e-8 * fc1.Traffic.Total, fc1.Joules, 1e-12);
    }

    /// <summary>More bandwidth is never slower, nor are more elements, whatever the dataflow.</summary>
    [Theory]
    [InlineData("zcu102-meadow", "int8", 1.6)]
    [InlineData("zcu102", "int8", 1.6)]
    [InlineData("kv260", "awq", 1)]
    [InlineData("kv260-sutd", "awq", 1)]
    [InlineData("raspberry-pi-5", "q4_0", 1)]
    public void MoreIsNeverSlower(string name, string weights, double ratio)
    {
        var board = BoardChoice.Read(name);
        var (graph, described) = SimulatedWeights.Of(ModelShapes.Get("opt-125m"), weights, ratio);
        var model = new SimulatedModel("opt-125m", graph, described, 2048, IsPicture: false);
        foreach (var dataflow in new[] { DataflowMode.Gemm, DataflowMode.Tphs })
        {
            var account = PhaseAccount.Prefill(model.PlansOn(board, 256, null, dataflow).Prefill, board, 100);
            AssertFalls(new[] { 1.0, 2, 5, 12, 51, 200 }.Select(gbps => BoardVariant.WithBandwidth(board, gbps)));
            if (BoardVariant.Elements(board) is not null)
                AssertFalls(new[] { 14, 15, 20, 33, 64, 96 }.Select(count => BoardVariant.WithElements(board, count)));

            void AssertFalls(IEnumerable<Board> variants)
            {
                var seconds = variants.Select(variant => account.Price(variant).Sum(operation => operation.Seconds)).ToList();
                Assert.Equal(seconds.OrderDescending(), seconds);
            }
        }
    }

    /// <summary>A prompt in many runs: what lies between the first and the last full one is as if each were walked. Tiles of positions make steps of what grows evenly.</summary>
    [Fact]
    public void RunsBetweenAreAsIfTheyWereWalked()
    {
        var board = BoardChoice.Read("kv260");
        var (graph, described) = SimulatedWeights.Of(ModelShapes.Get("qwen2.5-0.5b") with { NumHiddenLayers = 2 }, "awq", 1);
        var plan = new SimulatedModel("two layers", graph, described, 2048, IsPicture: false).PlansOn(board, 256, null, DataflowMode.Tphs).Prefill;
        var together = PhaseAccount.Prefill(plan, board, 160).Price(board).Sum(operation => operation.Seconds);
        var apart = 0.0;
        for (var run = 0; run < 20; run++)
            apart += Temoto.Planning.PlanPrice.Of(Temoto.Planning.PlanPrice.Account(plan, board, Shape(run)), plan, board, Shape(run)).Sum(price => price.Seconds);
        Assert.Equal(apart, together, 0.002 * apart);

        static RunShape Shape(int run) => new(8, run == 19 ? 1 : 0, [8 * run]);
    }
}
