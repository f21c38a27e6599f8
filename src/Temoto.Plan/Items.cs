using System.Collections;
using System.Runtime.CompilerServices;

namespace Temoto.Plans;

/// <summary>A list that never changes and equals another with equal items in the same order, so that records over it are equal by value.</summary>
[CollectionBuilder(typeof(Items), nameof(Items.Of))]
public sealed class Items<T> : IReadOnlyList<T>, IEquatable<Items<T>>
{
    private readonly T[] items;

    internal Items(T[] items) => this.items = items;

    /// <inheritdoc/>
    public int Count => items.Length;

    /// <inheritdoc/>
    public T this[int index] => items[index];

    /// <summary>The items, to be read without a copy.</summary>
    public ReadOnlySpan<T> Span => items;

    /// <inheritdoc/>
    public bool Equals(Items<T>? other) => other is not null && (ReferenceEquals(this, other) || items.AsSpan().SequenceEqual(other.items, EqualityComparer<T>.Default));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Items<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", items)}]";

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();
}

/// <summary>Makes <see cref="Items{T}"/>: what collection expressions call.</summary>
public static class Items
{
    /// <summary>A list of these items.</summary>
    public static Items<T> Of<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
