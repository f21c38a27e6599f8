using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
    public bool Equals(Items<T>? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || items.Length != other.items.Length)
            return false;
        // Enumerations by their bytes: see Axis.Equals.
        return typeof(T).IsEnum ? Bytes.SequenceEqual(other.Bytes) : items.AsSpan().SequenceEqual(other.items, EqualityComparer<T>.Default);
    }

    private ReadOnlySpan<byte> Bytes => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetArrayDataReference(items)), items.Length * Unsafe.SizeOf<T>());

    /// <summary>As <see cref="Equals(Items{T})"/>, so that pairs and records that compare with it see values too.</summary>
    public static bool operator ==(Items<T>? one, Items<T>? other) => one is null ? other is null : one.Equals(other);

    /// <summary>Not <c>==</c>.</summary>
    public static bool operator !=(Items<T>? one, Items<T>? other) => !(one == other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Items<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (typeof(T).IsEnum)
            return items.Length;
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
