using Temoto.Generation;
using Temoto.Server.Operations;
using Temoto.Server.Scheduling;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Server.Scheduling;

/// <summary>Beginnings of prompts that outlive the process: all of a block or nothing of it, and never another model's.</summary>
public sealed class PrefixCacheFileTests : IDisposable
{
    private const int BlockBytes = 96, Places = 6;

    private static readonly byte[] Identity = Filled(7);

    private readonly TemporaryFolder folder = new();
    private readonly List<string> notes = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void BlocksComeBackBehindThoseTheyFollow()
    {
        WriteTwoTexts();
        using var file = Open();

        var kept = file.Read();

        Assert.Equal([1, 2, 3, 9, 4], kept.Select(block => block.Tokens[0]));
        Assert.Equal(new[] { PrefixCacheFile.NoChain, kept[0].Chain, kept[1].Chain, PrefixCacheFile.NoChain, kept[1].Chain }, kept.Select(block => block.Before));
        foreach (var block in kept)
            Assert.Equal(Data(block.Tokens[0]), ReadData(file, block));
        Assert.Empty(notes);
    }

    [Fact]
    public void ABlockIsWholeOrNotThere()
    {
        WriteTwoTexts();
        var whole = File.ReadAllBytes(Name);
        var most = 0;
        var counts = Mutations.Run(whole, seed: 3, count: 600, damaged =>
        {
            File.WriteAllBytes(Name, damaged);
            using var file = Open();
            var kept = file.Read();
            Assert.All(kept, block => Assert.Equal(Data(block.Tokens[0]), ReadData(file, block)));
            Assert.InRange(kept.Count, 0, 5);
            most += kept.Count;
            // What follows a lost one is lost, too.
            Assert.All(kept, block => Assert.True(block.Before.SequenceEqual(PrefixCacheFile.NoChain) || kept.Any(other => other.Chain.SequenceEqual(block.Before))));
        });
        Assert.Equal(0, counts.Refused);
        // Damage hits a place or two of five, or the head.
        Assert.InRange(most, counts.Read, 5 * counts.Read - 1);
    }

    [Fact]
    public void PlacesAreUsedAgain()
    {
        using (var file = Open())
        {
            for (var i = 0; i <= 5 * (Places - 1); i++)
            {
                int[] tokens = Tokens(100 + i);
                var place = file.Write(PrefixCacheFile.NoChain, PrefixCacheFile.Chain(PrefixCacheFile.NoChain, tokens), tokens, Data(tokens[0]));
                Assert.InRange(place, 0, Places - 1);
                if (i % 5 > 0)
                    file.Release(place);
            }
            int[] last = Tokens(1);
            Assert.Equal(-1, file.Write(PrefixCacheFile.NoChain, PrefixCacheFile.Chain(PrefixCacheFile.NoChain, last), last, Data(1)));
        }
        Assert.Equal(64 + Places * (104 + 4 * PrefixCache.BlockTokens + BlockBytes), new FileInfo(Name).Length);
        using var again = Open();
        var kept = again.Read();
        // Those that were not released; the others were written over.
        Assert.Equal(Places, kept.Count);
        Assert.All(kept, block => Assert.Equal(Data(block.Tokens[0]), ReadData(again, block)));
    }

    [Fact]
    public void AnotherModelsBlocksAreNotRead()
    {
        WriteTwoTexts();
        using (var other = Open(Filled(8)))
            Assert.Empty(other.Read());
        Assert.Contains("another model", Assert.Single(notes), StringComparison.Ordinal);
        using var first = Open();
        Assert.Empty(first.Read());
    }

    [Fact]
    public void TwoServersDoNotShareAFile()
    {
        using var file = Open();
        var refused = Assert.Throws<InputException>(() => Open());
        Assert.Contains(Name, refused.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new PrefixCacheFile(folder.Path, Identity, BlockBytes, Places));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Name));
    }

    /// <summary>A text that goes on from what another process computed is the one that goes on from what this one has computed.</summary>
    [Theory]
    [InlineData(KvCacheType.F16)]
    [InlineData(KvCacheType.Int8)]
    public async Task AfterARestartTheBeginningIsNotComputedAgain(KvCacheType type)
    {
        var system = string.Concat(Enumerable.Repeat("The pump is running and the fan is hot. ", 12));
        var texts = new List<string>();
        var reused = new List<long>();
        foreach (var path in new[] { null, Name, Name })
        {
            using var model = LanguageModel.Load(ServerUnderTest.DemoPath, new ModelOptions { Threads = 2, KvCache = type });
            var metrics = new ServerMetrics();
            using var scheduler = new Scheduler(model, new SchedulerSettings { Slots = 1, PrefixCacheBytes = 16L << 20, PrefixCachePath = path }, metrics);
            if (texts.Count < 2)
                await AskAsync(model, scheduler, system, "What are you?");
            texts.Add(await AskAsync(model, scheduler, system, "Is the pump hot?"));
            reused.Add(metrics.ReusedTokens.Value);
        }
        Assert.Equal([texts[0], texts[0]], texts[1..]);
        // Of the very prompt that was asked before the restart: all whole blocks.
        Assert.InRange(reused[2], reused[1] / PrefixCache.BlockTokens * PrefixCache.BlockTokens, reused[1] + PrefixCache.BlockTokens);
        Assert.True(reused[2] > 3 * PrefixCache.BlockTokens);
    }

    /// <summary>Weights, options and kernels.</summary>
    [Fact]
    public void TheIdentityIsOfWhatIsComputed()
    {
        var first = IdentityOf(new ModelOptions { Threads = 1 });
        Assert.Equal(first, IdentityOf(new ModelOptions { Threads = 1 }));
        Assert.NotEqual(first, IdentityOf(new ModelOptions { Threads = 1, KvCache = KvCacheType.Int8 }));
        Assert.NotEqual(first, IdentityOf(new ModelOptions { Threads = 1, Kernels = "scalar" }));
        foreach (var name in new[] { "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "generation_config.json" })
            File.Copy(Path.Combine(ServerUnderTest.DemoPath, name), folder.File(name));
        Assert.Equal(first, IdentityOf(new ModelOptions { Threads = 1 }, folder.Path));
        var weights = File.ReadAllBytes(folder.File("model.safetensors"));
        weights[^1] ^= 1;
        folder.Write("model.safetensors", weights);
        Assert.NotEqual(first, IdentityOf(new ModelOptions { Threads = 1 }, folder.Path));
    }

    private static byte[] IdentityOf(ModelOptions options, string? path = null)
    {
        using var model = LanguageModel.Load(path ?? ServerUnderTest.DemoPath, options);
        return model.ComputeIdentity();
    }

    private string Name => folder.File("demo.prefix");

    private PrefixCacheFile Open(byte[]? identity = null) => new(Name, identity ?? Identity, BlockBytes, Places, notes.Add);

    /// <summary>1 2 3 and 1 2 4 begin alike; 9 stands alone.</summary>
    private void WriteTwoTexts()
    {
        using var file = Open();
        var two = Write(file, Write(file, PrefixCacheFile.NoChain, 1), 2);
        Write(file, two, 3);
        Write(file, PrefixCacheFile.NoChain, 9);
        Write(file, two, 4);
    }

    private static byte[] Write(PrefixCacheFile file, byte[] before, int first)
    {
        var tokens = Tokens(first);
        var chain = PrefixCacheFile.Chain(before, tokens);
        Assert.InRange(file.Write(before, chain, tokens, Data(first)), 0, Places - 1);
        return chain;
    }

    private static byte[] ReadData(PrefixCacheFile file, KeptBlock block)
    {
        var data = new byte[BlockBytes];
        file.ReadData(block, data);
        return data;
    }

    private static int[] Tokens(int first) => [.. Enumerable.Range(first, PrefixCache.BlockTokens)];

    private static byte[] Data(int first) => [.. Enumerable.Range(first, BlockBytes).Select(i => (byte)(i * 37))];

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static async Task<string> AskAsync(LanguageModel model, Scheduler scheduler, string system, string question)
    {
        var prompt = model.EncodeChat([new ChatMessage("system", system), new ChatMessage("user", question)]);
        using var group = scheduler.Submit("a", [GenerationRequest.Create(model, prompt, new GenerationOptions { MaxTokens = 8, Temperature = 0 }, 0)]);
        var text = "";
        await foreach (var (_, piece) in group.ReadAllAsync())
            text += piece.Text;
        return text;
    }
}
