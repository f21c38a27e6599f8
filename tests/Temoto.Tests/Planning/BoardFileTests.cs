using Temoto.Kernels;
using Temoto.Kernels.Floats;
using Temoto.Planning.Host;
using Temoto.Plans;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Planning;

public class BoardFileTests
{
    private static readonly KernelSet Scalar = new ScalarKernelSet();

    /// <summary>What a calibration would write.</summary>
    private static Board Sample(KernelSet kernels, int threads) => HostBoard.Of(
        kernels,
        threads,
        new HostRates(12345678901.5, 3e10, 1e10, 2e10, 1e9, 2e9, 5e8, 6e8, 1e11, 2e11, 4e10, 1e9, 1.7e-6),
        Evidence.Measured,
        "temoto bench --calibrate");

    [Fact]
    public void ABoardComesBackAsItWasWritten()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "new", "board.json");
        BoardFile.Write(path, Sample(Scalar, 4));
        Assert.Equal(Sample(Scalar, 4), BoardFile.Read(path));
    }

    /// <summary>With everything a calibration measures today; a file without the units of attention and passes is read as before.</summary>
    [Fact]
    public void UnitsOfAttentionAndPassesComeBackToo()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("board.json");
        var rates = new HostRates(1e10, 3e10, 1e10, 2e10, 1e9, 2e9, 5e8, 6e8, 1e11, 2e11, 4e10, 1e9, 1.7e-6);
        var board = HostBoard.Of(
            KernelChooser.Choose(KernelChooser.Available[0]),
            4,
            rates with
            {
                FloatAttention = [new AttentionRate(1, 5e9), new AttentionRate(16, 6e9)],
                IntegerAttention = [new AttentionRate(1, 7e9)],
                Passes = new PassRates(1e9, 2e9, 3e9, 4e9, 5e9, 6e9, 7e9, 8e9, 9e9, 10e9, 11e9),
                OverlapInt4 = 0.25,
                OverlapInt8 = 1,
            },
            Evidence.Measured,
            "temoto bench --calibrate");
        BoardFile.Write(path, board);
        Assert.Equal(board, BoardFile.Read(path));
        var text = File.ReadAllText(path);
        foreach (var (old, replacement, says) in new[] { ("\"queries\": 16", "\"queries\": 0", ".queries: found 0, expected 1 to 65536"), ("\"value\": 0.25", "\"value\": 1.25", ".overlap.value: found 1.25, expected 0 to 1") })
        {
            if (!text.Contains(old, StringComparison.Ordinal) && KernelChooser.Choose(null).Integers is null)
                continue;
            File.WriteAllText(path, text.Replace(old, replacement, StringComparison.Ordinal));
            Assert.Contains(says, Assert.Throws<InputException>(() => BoardFile.Read(path)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"threads\": 4", "\"threads\": 0", "host.threads: found 0, expected 1 to 1024")]
    [InlineData("\"threads\": 4", "\"threads\": \"4\"", "threads")]
    [InlineData("\"kernels\": \"scalar\",", "", "kernels")]
    [InlineData("\"threads\": 4", "\"threads\": 4, \"cores\": 2", "cores")]
    [InlineData("\"threads\": 4", "\"threads\": 4, \"threads\": 4", "duplicate")]
    [InlineData("\"measured\"", "\"guessed\"", "evidence")]
    [InlineData("12345678901.5", "-1", "memories[2].bytes_per_second.value")]
    [InlineData("12345678901.5", "1e300", "memories[2].bytes_per_second.value")]
    [InlineData("1.7E-06", "20", "devices[0].launch_seconds.value")]
    [InlineData("{", "[", "")]
    public void WhatIsNoBoardIsOneLineThatNamesTheKey(string old, string replacement, string says)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("board.json");
        BoardFile.Write(path, Sample(Scalar, 4));
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, replacement, StringComparison.Ordinal));
        var error = Assert.Throws<InputException>(() => BoardFile.Read(path));
        Assert.Contains(says, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\n', error.Message);
    }

    /// <summary>A file of nineteen keys, as version 0.5 and before wrote it: the line says that measuring again replaces it.</summary>
    [Fact]
    public void AFileOfAnEarlierVersionIsRefusedWithWhatToDo()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("board.json", """
            {
              "name": "AMD EPYC", "kernels": "avx2", "threads": 4, "evidence": "measured", "on_chip_bytes": 1048576, "shared_cache_bytes": 33554432, "read_bytes_per_second": 1e10,
              "cache_bytes_per_second": 2e10, "int4_ops_per_second": 1e10, "int8_ops_per_second": 1e10, "packed_int4_ops_per_second": 1e10, "packed_int8_ops_per_second": 1e10,
              "escaped_int4_ops_per_second": 1e10, "escaped_int8_ops_per_second": 1e10, "prompt_int4_ops_per_second": 1e10, "prompt_int8_ops_per_second": 1e10,
              "float_ops_per_second": 1e10, "unpack_bytes_per_second": 1e9, "region_seconds": 2e-6
            }
            """);
        foreach (var read in new Action[] { () => BoardFile.Read(path), () => HostBoard.Get(Scalar, 1, integers: true, path) })
        {
            var error = Assert.Throws<InputException>(read);
            Assert.Contains("a board file of an earlier version", error.Message, StringComparison.Ordinal);
            Assert.Contains("temoto bench --calibrate", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheHostTakesAFileThatFitsAndAssumesOtherwise()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("board.json");
        var kernels = KernelChooser.Choose(KernelChooser.Available[0]);
        Assert.Equal(Evidence.Assumed, Get(4, path).RateEvidence);
        BoardFile.Write(path, Sample(kernels, 4));
        Assert.Equal(Sample(kernels, 4), Get(4, path));
        Assert.Equal(Evidence.Measured, Get(4, path).RateEvidence);
        Assert.Equal(HostBoard.Assumed(kernels, 2), Get(2, path));
        BoardFile.Write(path, Sample(kernels, 4) with { Host = new HostIdentity(HostProcessor.Name, "another set", 4) });
        Assert.Equal(HostBoard.Assumed(kernels, 4), Get(4, path));
        BoardFile.Write(path, Sample(kernels, 4) with { Host = new HostIdentity("another processor", kernels.Name, 4) });
        Assert.Equal(HostBoard.Assumed(kernels, 4), Get(4, path));
        Assert.Equal(HostBoard.Assumed(kernels, 4), Get(4, null));

        Board Get(int threads, string? file) => HostBoard.Get(kernels, threads, integers: true, file);
    }

    /// <summary>Activations that are to stay floats: no unit multiplies integers, and nothing else is another.</summary>
    [Fact]
    public void WithoutIntegersTheHostHasNoUnitForThem()
    {
        var kernels = KernelChooser.Choose(KernelChooser.Available[0]);
        var all = HostBoard.Get(kernels, 2, integers: true, null);
        var floats = HostBoard.Get(kernels, 2, integers: false, null);
        Assert.Equal(all.Units.Where(unit => unit.Activations.Count == 0), floats.Units);
        Assert.Equal(all with { Units = floats.Units }, floats);
    }

    [Fact]
    public void AssumedFiguresAreABoardLikeAnyOther()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in KernelChooser.Available)
        {
            var board = HostBoard.Assumed(KernelChooser.Choose(name), 3);
            Assert.Equal(Evidence.Assumed, board.RateEvidence);
            BoardFile.Write(folder.File("board.json"), board);
            Assert.Equal(board, BoardFile.Read(folder.File("board.json")));
        }
    }
}
