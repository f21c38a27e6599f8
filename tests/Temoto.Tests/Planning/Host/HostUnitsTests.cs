using Temoto.Kernels;
using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Tests.Planning.Host;

public class HostUnitsTests
{
    private static readonly HostRates Products = new(1e10, 3e10, 1e10, 2e10, 1e9, 2e9, 5e8, 6e8, 1e11, 2e11, 4e10, 1e9, 1.7e-6);

    private static readonly PassRates Passes = new(1e9, 2e9, 3e9, 4e9, 5e9, 6e9, 7e9, 8e9, 9e9, 10e9, 11e9);

    private static KernelSet Best => KernelChooser.Choose(KernelChooser.Available[0]);

    private static Board Of(HostRates rates) => HostBoard.Of(Best, 2, rates, Evidence.Measured, "a test");

    /// <summary>A board file that knows products alone is what it was: attention at the rate of floats, the rest in passing, everything hides.</summary>
    [Fact]
    public void WithoutTheirRatesThereAreNoSuchUnits()
    {
        var board = Of(Products);
        Assert.All(board.Units, unit => Assert.Null(unit.Overlap));
        Assert.All(board.Units, unit => Assert.Contains(unit.Work, (WorkKind[])[WorkKind.Product, WorkKind.Attention, WorkKind.Unpack]));
        var attention = board.Units.Last(unit => unit.Work == WorkKind.Attention);
        Assert.Equal((4e10, Evidence.Assumed, null), (attention.Rate, attention.OperationsPerSecond!.Evidence, attention.Queries));
    }

    [Fact]
    public void EveryPointOfAttentionIsAUnitForOneTokenAndOneForMany()
    {
        var units = Of(Products with { FloatAttention = [new AttentionRate(1, 5e9), new AttentionRate(16, 6e9)], Passes = Passes }).Units.Where(unit => unit.Work == WorkKind.Attention && unit.Operands.Count == 0).ToList();
        Assert.Equal(
            [(TokenCount.One, 1, 5e9), (TokenCount.One, 16, 6e9), (TokenCount.Many, 1, 5e9), (TokenCount.Many, 16, 6e9)],
            units.Select(unit => (unit.Tokens, unit.Queries!.Value, unit.Rate)));
        Assert.All(units, unit => Assert.Equal(unit.Tokens == TokenCount.Many ? 0 : (double?)null, unit.Overlap?.Value));
        Assert.All(units, unit => Assert.Equal(Evidence.Measured, unit.OperationsPerSecond!.Evidence));
    }

    [Fact]
    public void EveryRateHasItsPass()
    {
        var board = Of(Products with { Passes = Passes });
        Assert.Equal(1e9, Rate(unit => unit.Work == WorkKind.Softmax));
        Assert.Equal(2e9, Rate(unit => unit.Work == WorkKind.Norm));
        Assert.Equal(3e9, Rate(unit => unit.Pass == Epilogue.HeadNorm));
        Assert.Equal(4e9, Rate(unit => unit.Pass == Epilogue.Residual));
        Assert.Equal(5e9, Rate(unit => unit.Pass == Epilogue.Activation && unit.Function == Activation.Relu));
        Assert.Equal(6e9, Rate(unit => unit.Pass == Epilogue.Activation && unit.Function == Activation.Gelu));
        Assert.Equal(7e9, Rate(unit => unit.Pass == Epilogue.Gate && unit.Function == Activation.Silu));
        Assert.Equal(8e9, Rate(unit => unit.Pass == Epilogue.Round && unit.Operands.Count == 0));
        Assert.Equal(9e9, Rate(unit => unit.Pass == Epilogue.Rotary));
        Assert.Equal(10e9, Rate(unit => unit.Pass == Epilogue.Round && unit.Operands.Contains(NumberType.Float16)));
        Assert.Equal(11e9, Rate(unit => unit.Pass == Epilogue.Round && unit.Operands.Contains(NumberType.Int8)));
        Assert.Equal(4e9, Rate(unit => unit.Work == WorkKind.Elementwise && unit.Pass is null));

        double Rate(Func<BoardUnit, bool> choose) => Assert.Single(board.Units, unit => choose(unit)).Rate;
    }

    /// <summary>Of one token as it was measured, for int4 and int8 apart; of many tokens nothing hides.</summary>
    [Fact]
    public void WhatHidesIsSaidOfProducts()
    {
        if (Best.Integers is null)
            Assert.Skip("these kernels multiply no integers");
        var board = Of(Products with { Passes = Passes, OverlapInt4 = 0.25, OverlapInt8 = 0.75 });
        foreach (var (type, share) in new[] { (NumberType.Int4, 0.25), (NumberType.Q4_K, 0.25), (NumberType.Int8, 0.75), (NumberType.Q6_K, 0.75) })
        {
            var units = board.Units.Where(unit => unit.Work == WorkKind.Product && unit.Operands.Contains(type)).ToList();
            Assert.All(units.Where(unit => unit.Tokens == TokenCount.One), unit => Assert.Equal(share, unit.Overlap!.Value));
            Assert.All(units.Where(unit => unit.Tokens == TokenCount.Many), unit => Assert.Equal(0, unit.Overlap!.Value));
            Assert.Contains(units, unit => unit.Tokens == TokenCount.Many);
        }
    }
}
