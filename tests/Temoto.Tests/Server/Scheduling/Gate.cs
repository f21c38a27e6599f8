using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Temoto.Tests.Server.Scheduling;

/// <summary>A logit bias of nothing that holds the scheduler's loop up while it is applied: what a test does meanwhile happens between two tokens for certain.</summary>
internal sealed class Gate : IReadOnlyDictionary<int, float>, IDisposable
{
    private readonly ManualResetEventSlim open = new(false);
    private readonly ManualResetEventSlim reached = new(false);

    /// <summary>Thrown in place of waiting.</summary>
    public Exception? Fault { get; init; }

    public int Count => 1;

    public IEnumerable<int> Keys => [0];

    public IEnumerable<float> Values => [0];

    public float this[int key] => 0;

    /// <summary>Until the loop stands before it.</summary>
    public void AwaitReached() => reached.Wait();

    public void Open() => open.Set();

    public bool ContainsKey(int key) => key == 0;

    public bool TryGetValue(int key, [MaybeNullWhen(false)] out float value)
    {
        value = 0;
        return key == 0;
    }

    public IEnumerator<KeyValuePair<int, float>> GetEnumerator()
    {
        if (Thread.CurrentThread.Name == "temoto scheduler")
        {
            if (Fault is not null)
                throw Fault;
            reached.Set();
            open.Wait();
        }
        yield return new(0, 0);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Opens it: a test that has failed must not keep the loop.</summary>
    public void Dispose() => open.Set();
}
