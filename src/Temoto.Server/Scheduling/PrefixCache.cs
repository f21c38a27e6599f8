using Temoto.Generation;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Server.Scheduling;

/// <summary>
/// Keys and values of what prompts began with, in blocks of <see cref="BlockTokens"/> tokens: a tree in which a block follows the one before it. A prompt that begins likewise, in whatever
/// slot, gets copies. What was used longest ago goes first, ends of the tree before what they follow. Only the scheduler's loop uses it.
/// </summary>
internal sealed class PrefixCache : IDisposable
{
    /// <summary>Whole panels of keys.</summary>
    public const int BlockTokens = 2 * KvLayout.PanelPositions;

    private sealed class Block(Block? parent, int[] tokens, NativeBuffer? data, byte[] chain)
    {
        public readonly Block? Parent = parent;
        public readonly int[] Tokens = tokens;
        public readonly NativeBuffer? Data = data;
        public readonly Dictionary<int, List<Block>> Next = [];
        public long LastUsed;

        /// <summary>Of the file; empty without one.</summary>
        public readonly byte[] Chain = chain;

        /// <summary>In the file; -1 where it is not there.</summary>
        public int Place = -1;
    }

    private readonly Block root = new(null, [], null, PrefixCacheFile.NoChain);
    private readonly HashSet<Block> blocks = [];
    private readonly long mostBytes, blockBytes;
    private readonly PrefixCacheFile? file;
    private long uses;

    /// <param name="file">Where blocks are kept beyond the process, and some may be from before; null for none. Disposed with this.</param>
    public PrefixCache(KvLayout layout, long mostBytes, PrefixCacheFile? file = null)
    {
        (this.mostBytes, this.file) = (mostBytes, file);
        blockBytes = BytesOfBlock(layout);
        if (file is null)
            return;
        try
        {
            ReadFile(file);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Keys and values of <see cref="BlockTokens"/> tokens.</summary>
    public static long BytesOfBlock(KvLayout layout) => KvCache.BytesOf(layout, BlockTokens);

    public long Bytes => blocks.Count * blockBytes;

    /// <summary>How many tokens of a prompt could be copied; the last one is always computed.</summary>
    public int Match(ReadOnlySpan<int> prompt) => Path(prompt[..Math.Max(0, prompt.Length - 1)]).Count * BlockTokens;

    /// <summary>Copies what the prompt begins with into a cache, behind what that has of it already.</summary>
    public void Restore(TokenCache cache, ReadOnlySpan<int> prompt)
    {
        var path = Path(prompt[..Math.Max(0, prompt.Length - 1)]);
        var own = cache.CommonPrefix(prompt);
        if (path.Count * BlockTokens <= own)
            return;
        var first = own / BlockTokens;
        cache.Truncate(first * BlockTokens);
        foreach (var block in path.Skip(first))
            cache.Append(block.Tokens, Content(block));
    }

    /// <summary>Keeps the whole blocks of the first <paramref name="count"/> tokens of a cache.</summary>
    public void Keep(TokenCache cache, int count)
    {
        var path = Path(cache.Tokens[..count]);
        var last = path.Count > 0 ? path[^1] : root;
        for (var position = path.Count * BlockTokens; position + BlockTokens <= count; position += BlockTokens)
        {
            if (!MakeRoom())
                return;
            var tokens = cache.Tokens.Slice(position, BlockTokens);
            var block = Add(last, tokens.ToArray(), file is null ? [] : PrefixCacheFile.Chain(last.Chain, tokens));
            cache.Keys.CopyTo(Content(block), position, BlockTokens);
            if (file is not null)
                block.Place = file.Write(last.Chain, block.Chain, tokens, Content(block));
            last = block;
        }
    }

    public void Dispose()
    {
        foreach (var block in blocks)
            block.Data!.Dispose();
        blocks.Clear();
        root.Next.Clear();
        file?.Dispose();
    }

    private Block Add(Block parent, int[] tokens, byte[] chain)
    {
        var block = new Block(parent, tokens, new NativeBuffer(blockBytes), chain) { LastUsed = ++uses };
        if (!parent.Next.TryGetValue(tokens[0], out var siblings))
            parent.Next.Add(tokens[0], siblings = []);
        siblings.Add(block);
        blocks.Add(block);
        return block;
    }

    private void ReadFile(PrefixCacheFile kept)
    {
        var byChain = new Dictionary<string, Block> { [Convert.ToHexString(root.Chain)] = root };
        foreach (var one in kept.Read())
        {
            var block = Add(byChain[Convert.ToHexString(one.Before)], one.Tokens, one.Chain);
            block.Place = one.Place;
            kept.ReadData(one, Content(block));
            byChain.Add(Convert.ToHexString(one.Chain), block);
        }
    }

    /// <summary>The blocks that a text begins with; they count as used.</summary>
    private List<Block> Path(ReadOnlySpan<int> tokens)
    {
        var path = new List<Block>();
        uses++;
        for (var last = root; tokens.Length >= BlockTokens && last.Next.TryGetValue(tokens[0], out var siblings); tokens = tokens[BlockTokens..])
        {
            Block? next = null;
            foreach (var block in siblings)
            {
                if (tokens[..BlockTokens].SequenceEqual(block.Tokens))
                    next = block;
            }
            if (next is null)
                break;
            next.LastUsed = uses;
            path.Add(next);
            last = next;
        }
        return path;
    }

    /// <summary>False where nothing can go: all that is kept is being used just now, or a block is larger than the budget.</summary>
    private bool MakeRoom()
    {
        while (Bytes + blockBytes > mostBytes)
        {
            var oldest = blocks.Where(block => block.Next.Count == 0 && block.LastUsed < uses).MinBy(block => block.LastUsed);
            if (oldest is null)
                return false;
            var siblings = oldest.Parent!.Next[oldest.Tokens[0]];
            siblings.Remove(oldest);
            if (siblings.Count == 0)
                oldest.Parent.Next.Remove(oldest.Tokens[0]);
            blocks.Remove(oldest);
            oldest.Data!.Dispose();
            file?.Release(oldest.Place);
        }
        return true;
    }

    private unsafe Span<byte> Content(Block block) => new(block.Data!.Data, checked((int)blockBytes));
}
