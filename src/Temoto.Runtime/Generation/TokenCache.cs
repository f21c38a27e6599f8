using System.Runtime.InteropServices;

namespace Temoto.Generation;

/// <summary>A KV cache and the tokens whose keys and values it holds, so that a prompt that begins likewise need not be computed again.</summary>
internal sealed class TokenCache
{
    private readonly List<int> tokens = [];

    public TokenCache(KvCache keys)
    {
        Keys = keys;
        tokens.Capacity = keys.Context;
    }

    public KvCache Keys { get; }

    public int Count => tokens.Count;

    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(tokens);

    /// <summary>How many tokens at the start of a prompt are here. The last of a prompt is always computed, for its logits.</summary>
    public int CommonPrefix(ReadOnlySpan<int> prompt) =>
        Tokens.CommonPrefixLength(prompt[..Math.Max(0, prompt.Length - 1)]);

    /// <summary>Forgets everything from a position on.</summary>
    public void Truncate(int length)
    {
        tokens.RemoveRange(length, tokens.Count - length);
        Keys.Truncate(length);
    }

    /// <summary>Appends tokens whose keys and values were copied from elsewhere (see <see cref="KvCache.Append"/>).</summary>
    public void Append(ReadOnlySpan<int> input, ReadOnlySpan<byte> keysAndValues)
    {
        Keys.Append(keysAndValues, input.Length);
        tokens.AddRange(input);
    }

    /// <summary>Takes down those of <paramref name="input"/> that a run has added to the cache, however it ended.</summary>
    public void Record(ReadOnlySpan<int> input) => tokens.AddRange(input[..(Keys.Length - tokens.Count)]);
}
