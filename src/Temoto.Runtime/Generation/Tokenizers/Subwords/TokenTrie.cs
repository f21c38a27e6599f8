using System.Numerics;
using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers.Subwords;

/// <summary>The tokens of a vocabulary as a tree of their characters: edges in one table by open addressing.</summary>
internal sealed class TokenTrie
{
    // A random odd factor (multiply-shift hashing): a hostile vocabulary cannot choose edges that all collide.
    private readonly ulong factor = (ulong)Random.Shared.NextInt64() | 1;

    /// <summary>1 + node and character; 0 where free.</summary>
    private ulong[] keys = new ulong[1024];
    private int[] children = new int[1024];
    private int[] tokens = new int[1024];
    private int nodes = 1;

    public TokenTrie(Vocabulary vocabulary)
        : this(vocabulary, Enumerable.Range(0, vocabulary.Count))
    {
    }

    /// <param name="ids">Those that the tree has.</param>
    public TokenTrie(Vocabulary vocabulary, IEnumerable<int> ids)
    {
        tokens[0] = -1;
        foreach (var id in ids)
        {
            // A text that two ids share is found under the first.
            if (id < vocabulary.Count && vocabulary.Text(id) is { IsEmpty: false } text && vocabulary.TryGetId(text, out var known) && known == id)
                Add(text, id);
        }
    }

    /// <summary>The longest token that a text begins with, or -1.</summary>
    public int Longest(ReadOnlySpan<char> text, out int length)
    {
        var (found, node) = (-1, 0);
        length = 0;
        for (var at = 0; at < text.Length && Next(ref node, text[at]); at++)
        {
            if (TokenAt(node) is var id and >= 0)
                (found, length) = (id, at + 1);
        }
        return found;
    }

    /// <summary>Follows a character; false where no token goes on with it.</summary>
    public bool Next(ref int node, char character)
    {
        var key = Key(node, character);
        var at = Slot(key);
        if (keys[at] == 0)
            return false;
        node = children[at];
        return true;
    }

    /// <summary>The token that ends at a node, or -1.</summary>
    public int TokenAt(int node) => tokens[node];

    private static ulong Key(int node, char character) => (((ulong)(uint)node << 16) | character) + 1;

    private int Slot(ulong key)
    {
        var mask = keys.Length - 1;
        var at = (int)((key * factor) >> (64 - BitOperations.Log2((uint)keys.Length)));
        while (keys[at] != key && keys[at] != 0)
            at = (at + 1) & mask;
        return at;
    }

    private void Add(ReadOnlySpan<char> text, int id)
    {
        var node = 0;
        foreach (var character in text)
        {
            var key = Key(node, character);
            var at = Slot(key);
            if (keys[at] == 0)
            {
                (keys[at], children[at]) = (key, nodes);
                node = NewNode();
                // At most two thirds full.
                if (nodes * 3L > keys.Length * 2L)
                    Grow();
            }
            else
            {
                node = children[at];
            }
        }
        tokens[node] = id;
    }

    private int NewNode()
    {
        if (nodes == tokens.Length)
            Array.Resize(ref tokens, nodes * 2);
        tokens[nodes] = -1;
        return nodes++;
    }

    private void Grow()
    {
        var (oldKeys, oldChildren) = (keys, children);
        (keys, children) = (new ulong[keys.Length * 2], new int[keys.Length * 2]);
        for (var i = 0; i < oldKeys.Length; i++)
        {
            if (oldKeys[i] == 0)
                continue;
            var at = Slot(oldKeys[i]);
            (keys[at], children[at]) = (oldKeys[i], oldChildren[i]);
        }
    }
}
