using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class CostFileTests
{
    private static string Costs => File.ReadAllText(Path.Combine(RepositoryPaths.Root, "boards", "costs", "temoto-core.json"));

    private static string Device => File.ReadAllText(Path.Combine(RepositoryPaths.Root, "boards", "devices", "xck26.json"));

    [Fact]
    public void WhatShipsIsWhatTheFolderHas()
    {
        Assert.Equal(UnitCosts.Shipped.Blocks, UnitCosts.FromJson(Costs).Blocks);
        Assert.Equal(UnitCosts.Shipped.Memory, UnitCosts.FromJson(Costs).Memory);
        Assert.Equal(
            Directory.GetFiles(Path.Combine(RepositoryPaths.Root, "boards", "devices")).Select(path => DeviceResources.FromJson(File.ReadAllText(path)).Name).Order(StringComparer.Ordinal),
            DeviceResources.Shipped.Select(device => device.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("\"name\": \"scale_unit\"", "\"name\": \"processing_element\"", "blocks[0].name: found 'processing_element' twice, expected names that differ")]
    [InlineData("\"unit\": \"LUT\"", "\"unit\": \"FF\"", "blocks[0].lut.unit: found 'FF', expected 'LUT'")]
    [InlineData("\"value\": 896", "\"value\": -896", "blocks[0].lut.value: found -896, expected 0 to 100000000")]
    [InlineData("\"value\": 896", "\"value\": 896.5", "blocks[0].lut.value: found 896.5, expected a whole number")]
    [InlineData("\"per\": \"element\"", "\"per\": \"lorry\"", "blocks[0].per: ")]
    [InlineData("\"per\": \"element\"", "\"per\": 3", "blocks[0].per: ")]
    [InlineData("\"per\": \"element\",", "", "blocks[0]: ")]
    [InlineData("\"per\": \"element\",", "\"per\": \"element\", \"colour\": 1,", "colour")]
    [InlineData("\"per\": \"element\",", "\"per\": \"element\", \"per\": \"lane\",", "per")]
    [InlineData("\"fifo_words\": {", "\"fifo_word\": {", "fifo_word")]
    [InlineData("\"token_kv\": {", "\"token_kv\": null, \"x\": {", "token_kv")]
    public void WrongCostsAreRefusedWithTheirPlace(string old, string replacement, string place)
    {
        var error = Assert.Throws<FormatException>(() => UnitCosts.FromJson(Replaced(Costs, old, replacement)));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"value\": 117120", "\"value\": 0", "lut.value: found 0, expected 1 to 100000000")]
    [InlineData("\"unit\": \"URAM\"", "\"unit\": \"BRAM36\"", "uram.unit: found 'BRAM36', expected 'URAM'")]
    [InlineData("\"name\": \"XCK26\"", "\"name\": \" \"", "name: found nothing, expected a text")]
    [InlineData("\"KV260 (Temoto core)\"", "null", "boards[0]: ")]
    [InlineData("\"evidence\": \"published\"", "\"evidence\": \"guessed\"", "lut.evidence: ")]
    public void WrongDevicesAreRefusedWithTheirPlace(string old, string replacement, string place)
    {
        var error = Assert.Throws<FormatException>(() => DeviceResources.FromJson(Replaced(Device, old, replacement)));
        Assert.StartsWith(place, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AListWithNothingInItIsRefused()
    {
        var error = Assert.Throws<FormatException>(() => UnitCosts.FromJson(Replaced(Costs, "\"blocks\": [", "\"blocks\": [ null,")));
        Assert.Equal("blocks[0]: found null, expected a block", error.Message);
    }

    [Fact]
    public void AFileOfAUserIsReadAndItsErrorsNameIt()
    {
        var path = Path.Combine(Path.GetTempPath(), $"temoto-costs-{Guid.NewGuid():N}.json");
        try
        {
            File.WriteAllText(path, Costs);
            Assert.Equal(UnitCosts.Shipped.Blocks, CostFile.ReadCosts(path).Blocks);
            File.WriteAllText(path, Device);
            Assert.Equal(117_120, CostFile.ReadDevice(path).All.Lut);
            var error = Assert.Throws<InputException>(() => CostFile.ReadCosts(path));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains("temoto-core.json", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Replaced(string text, string old, string replacement)
    {
        var at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, old);
        return text[..at] + replacement + text[(at + old.Length)..];
    }
}
