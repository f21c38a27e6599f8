using System.Numerics;

namespace Temoto.Jinja;

/// <summary>Python's dict: keeps insertion order; 1, 1.0 and True are the same key; the last of equal keys gives the value.</summary>
internal sealed class JinjaMapping : JinjaValue
{
    private readonly List<KeyValuePair<JinjaValue, JinjaValue>> entries = [];
    private readonly Dictionary<JinjaValue, int> places = new(KeyComparer.Instance);

    public JinjaMapping(IEnumerable<KeyValuePair<JinjaValue, JinjaValue>> source)
    {
        foreach (var (key, value) in source)
        {
            if (!IsHashable(key))
                throw new JinjaException($"a {key.TypeName} as a dict key", "a string, number, bool or None");
            if (places.TryGetValue(key, out var place))
            {
                entries[place] = new(entries[place].Key, value);
            }
            else
            {
                places.Add(key, entries.Count);
                entries.Add(new(key, value));
            }
        }
        var weight = 1L;
        foreach (var (key, value) in entries)
        {
            weight += key.Weight + value.Weight;
            Depth = Math.Max(Depth, Math.Max(key.Depth, value.Depth) + 1);
        }
        if (Depth > MaxDepth || weight > JinjaSequence.MaxWeight)
            throw new JinjaException("a dict nested too deeply or shared too often", $"at most {MaxDepth} levels");
        Weight = weight;
    }

    public IReadOnlyList<KeyValuePair<JinjaValue, JinjaValue>> Entries => entries;

    public override string TypeName => "dict";

    public override bool IsTrue => entries.Count > 0;

    internal override int Depth { get; }

    internal override long Weight { get; }

    /// <summary>The value of a key, or null; an unhashable key is in no dict.</summary>
    public JinjaValue? Find(JinjaValue key) => IsHashable(key) && places.TryGetValue(key, out var place) ? entries[place].Value : null;

    /// <summary>Python hashes tuples of hashables too; here they are kept short, because every lookup walks them.</summary>
    public static bool IsHashable(JinjaValue key) => key switch
    {
        JinjaString or JinjaInteger or JinjaFloat or JinjaBoolean or JinjaNone or JinjaUndefined => true,
        JinjaSequence { Kind: SequenceKind.Tuple, Weight: <= 256 } tuple => tuple.Items.All(IsHashable),
        _ => false,
    };

    private sealed class KeyComparer : IEqualityComparer<JinjaValue>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals(JinjaValue? x, JinjaValue? y) => JinjaOperators.AreEqual(x!, y!);

        public int GetHashCode(JinjaValue key) => key switch
        {
            JinjaString text => text.Text.GetHashCode(),
            JinjaInteger integer => integer.Value.GetHashCode(),
            JinjaBoolean boolean => new BigInteger(boolean.Value ? 1 : 0).GetHashCode(),
            JinjaFloat real when double.IsFinite(real.Value) && Math.Floor(real.Value) == real.Value => new BigInteger(real.Value).GetHashCode(),
            JinjaFloat real => real.Value.GetHashCode(),
            JinjaSequence tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
            _ => 0,
        };
    }
}
