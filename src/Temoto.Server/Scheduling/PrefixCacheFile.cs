using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace Temoto.Server.Scheduling;

/// <summary>
/// Blocks of a <see cref="PrefixCache"/> in a file, so that they are there after a restart. The file has places of one size; a block lies in any of them and says which block it follows, by the hash of all
/// tokens up to there. Each place has a hash over the model's identity and all its bytes: what a crash left half written, and what belongs to another model, is passed over.
/// Blocks are written on a thread of their own; where it does not keep up a block is not kept.
/// </summary>
/// <remarks>
/// <code>
/// 0     "TMTKEEP1"
/// 8     identity of the model [32]
/// 40    bytes of a block (int64), tokens of a block (int32), 12 zeros
/// 64    places: hash [32], chain [32], chain of the block before [32], order (int64), tokens (int32 each), keys and values
/// </code>
/// Integers are little-endian. chain = SHA-256(chain of the block before, tokens), zeros before the first; hash = SHA-256(identity, all behind the hash).
/// </remarks>
internal sealed class PrefixCacheFile : IDisposable
{
    /// <summary>In front of the first place.</summary>
    public const int HeaderBytes = 64;

    private const int HashBytes = SHA256.HashSizeInBytes;
    private const int ChainAt = HashBytes, BeforeAt = 2 * HashBytes, OrderAt = 3 * HashBytes, TokensAt = OrderAt + sizeof(long), DataAt = TokensAt + PrefixCache.BlockTokens * sizeof(int);

    /// <summary>Of blocks that wait to be written, each a copy; one may wait in any case.</summary>
    private const int MostWaitingBytes = 16 << 20;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string path;
    private readonly byte[] identity;
    private readonly int placeBytes;
    private readonly FileStream file;
    private readonly Action<string>? note;
    private readonly Stack<int> free = [];
    private readonly Channel<(int Place, byte[] Bytes)> writes;
    private readonly ConcurrentBag<byte[]> spare = [];
    private readonly Task writing;
    private long order;

    /// <param name="identity">Of the model (SHA-256): blocks of another are not read.</param>
    /// <param name="blockBytes">Of keys and values.</param>
    /// <param name="blocks">That there is room for.</param>
    /// <param name="note">Takes a line for the log.</param>
    /// <exception cref="InputException">The file cannot be used, or another server uses it.</exception>
    public PrefixCacheFile(string path, byte[] identity, long blockBytes, int blocks, Action<string>? note = null)
    {
        (this.path, this.identity, this.note) = (path, identity, note);
        placeBytes = BytesOfPlace(blockBytes);
        writes = Channel.CreateBounded<(int, byte[])>(Math.Max(1, MostWaitingBytes / placeBytes));
        file = Open(path);
        try
        {
            var header = Header(blockBytes);
            var found = new byte[HeaderBytes];
            if (RandomAccess.Read(Handle, found, 0) != HeaderBytes || !found.AsSpan().SequenceEqual(header))
            {
                if (file.Length > 0)
                    note?.Invoke("the prefix cache on disk is of another model, version or setting: it begins anew");
                file.SetLength(0);
                RandomAccess.Write(Handle, header, 0);
            }
            file.SetLength(Math.Min(file.Length, HeaderBytes + (long)blocks * placeBytes));
        }
        catch (IOException error)
        {
            file.Dispose();
            throw Unusable(path, error.Message);
        }
        for (var place = blocks - 1; place >= 0; place--)
            free.Push(place);
        writing = Task.Factory.StartNew(WriteAll, TaskCreationOptions.LongRunning);
    }

    /// <summary>What a block of keys and values takes with all that stands in front of it.</summary>
    public static int BytesOfPlace(long blockBytes) => checked(DataAt + (int)blockBytes);

    /// <summary>The chain before a first block.</summary>
    public static byte[] NoChain { get; } = new byte[HashBytes];

    private SafeFileHandle Handle => file.SafeFileHandle;

    public static byte[] Chain(ReadOnlySpan<byte> before, ReadOnlySpan<int> tokens)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(MemoryMarshal.AsBytes(tokens));
        return hash.GetHashAndReset();
    }

    /// <summary>All whole blocks that follow a whole one or nothing, each behind the one it follows, otherwise in the order in which they were written. Their places are taken. Before the first block is written.</summary>
    public List<KeptBlock> Read()
    {
        var following = new Dictionary<string, List<KeptBlock>>();
        var bytes = new byte[placeBytes];
        var places = (int)((file.Length - HeaderBytes) / placeBytes);
        for (var place = 0; place < places; place++)
        {
            if (ReadPlace(place, bytes) is not { } block)
                continue;
            var before = Convert.ToHexString(bytes.AsSpan(BeforeAt, HashBytes));
            if (!following.TryGetValue(before, out var siblings))
                following.Add(before, siblings = []);
            siblings.Add(block);
        }
        var kept = new List<KeptBlock>();
        var chains = new HashSet<string>();
        var next = new PriorityQueue<KeptBlock, long>();
        Follow(NoChain, following, next);
        while (next.TryDequeue(out var block, out _))
        {
            // One that was written twice is kept once.
            if (!chains.Add(Convert.ToHexString(block.Chain)))
                continue;
            kept.Add(block);
            Follow(block.Chain, following, next);
        }
        Take(kept);
        return kept;
    }

    /// <summary>Keys and values of a block that <see cref="Read"/> told.</summary>
    public void ReadData(KeptBlock block, Span<byte> data) => ReadAt(At(block.Place) + DataAt, data);

    /// <summary>Has a block written.</summary>
    /// <returns>Its place, or -1 where it is not kept.</returns>
    public int Write(ReadOnlySpan<byte> before, ReadOnlySpan<byte> chain, ReadOnlySpan<int> tokens, ReadOnlySpan<byte> data)
    {
        if (!free.TryPop(out var place))
            return -1;
        var bytes = spare.TryTake(out var used) ? used : new byte[placeBytes];
        chain.CopyTo(bytes.AsSpan(ChainAt));
        before.CopyTo(bytes.AsSpan(BeforeAt));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(OrderAt), ++order);
        for (var i = 0; i < tokens.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(TokensAt + i * sizeof(int)), tokens[i]);
        data.CopyTo(bytes.AsSpan(DataAt));
        if (writes.Writer.TryWrite((place, bytes)))
            return place;
        spare.Add(bytes);
        free.Push(place);
        return -1;
    }

    /// <summary>The block there is not needed any more; it goes when another takes its place.</summary>
    public void Release(int place)
    {
        if (place >= 0)
            free.Push(place);
    }

    /// <summary>Writes what waits.</summary>
    public void Dispose()
    {
        writes.Writer.TryComplete();
        try
        {
            writing.Wait();
        }
        finally
        {
            file.Dispose();
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
            // Prompts can be read out of it.
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var opened = new FileStream(path, options);
            try
            {
                // One that was there before, too; another owner's cannot be narrowed and is not used.
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(opened.SafeFileHandle, OwnerOnly);
            }
            catch
            {
                opened.Dispose();
                throw;
            }
            return opened;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, error.Message);
        }
    }

    private static InputException Unusable(string path, string why) =>
        new(path, null, $"a prefix cache that cannot be used ({why.ReplaceLineEndings(" ")})", "a file of this server alone that can be read and written", "give another folder, or leave --prefix-cache out");

    private byte[] Header(long blockBytes)
    {
        var header = new byte[HeaderBytes];
        "TMTKEEP1"u8.CopyTo(header);
        identity.CopyTo(header, 8);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8 + HashBytes), blockBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8 + HashBytes + sizeof(long)), PrefixCache.BlockTokens);
        return header;
    }

    /// <returns>Bytes that were there.</returns>
    private int ReadAt(long offset, Span<byte> bytes)
    {
        try
        {
            return RandomAccess.Read(Handle, bytes, offset);
        }
        catch (IOException error)
        {
            throw Unusable(path, error.Message);
        }
    }

    private long At(int place) => HeaderBytes + (long)place * placeBytes;

    /// <summary>Null where the place holds no whole block.</summary>
    private KeptBlock? ReadPlace(int place, byte[] bytes)
    {
        if (ReadAt(At(place), bytes) != placeBytes || !bytes.AsSpan(0, HashBytes).SequenceEqual(Hash(bytes)))
            return null;
        var tokens = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(TokensAt, DataAt - TokensAt)).ToArray();
        var chain = bytes.AsSpan(ChainAt, HashBytes);
        var written = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(OrderAt));
        return chain.SequenceEqual(Chain(bytes.AsSpan(BeforeAt, HashBytes), tokens)) ? new KeptBlock(place, written, chain.ToArray(), bytes.AsSpan(BeforeAt, HashBytes).ToArray(), tokens) : null;
    }

    private byte[] Hash(byte[] bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(identity);
        hash.AppendData(bytes.AsSpan(HashBytes));
        return hash.GetHashAndReset();
    }

    private static void Follow(byte[] chain, Dictionary<string, List<KeptBlock>> following, PriorityQueue<KeptBlock, long> next)
    {
        foreach (var block in following.GetValueOrDefault(Convert.ToHexString(chain), []))
            next.Enqueue(block, block.Order);
    }

    private void Take(List<KeptBlock> kept)
    {
        var taken = kept.Select(block => block.Place).ToHashSet();
        var left = free.Where(place => !taken.Contains(place)).Reverse().ToArray();
        free.Clear();
        foreach (var place in left)
            free.Push(place);
        order = kept.Count == 0 ? 0 : kept.Max(block => block.Order);
    }

    private void WriteAll()
    {
        var hasFailed = false;
        while (writes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (writes.Reader.TryRead(out var write))
            {
                if (hasFailed)
                    continue;
                Hash(write.Bytes).CopyTo(write.Bytes, 0);
                try
                {
                    RandomAccess.Write(Handle, write.Bytes, At(write.Place));
                    spare.Add(write.Bytes);
                }
                catch (IOException error)
                {
                    hasFailed = true;
                    writes.Writer.TryComplete();
                    spare.Clear();
                    note?.Invoke($"the prefix cache is not kept on disk any more: {error.Message.ReplaceLineEndings(" ")}");
                }
            }
        }
    }
}

/// <summary>A block as it lies in the file.</summary>
/// <param name="Order">In which blocks were written.</param>
/// <param name="Chain">The hash of all tokens up to its end.</param>
/// <param name="Before">The chain of the block that it follows.</param>
internal sealed record KeptBlock(int Place, long Order, byte[] Chain, byte[] Before, int[] Tokens);
