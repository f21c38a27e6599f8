using System.Numerics;

namespace Temoto.Simulation.Dram;

/// <summary>64 bytes that a port asks for, or some of 64 that it writes.</summary>
/// <param name="Bank">Among all banks.</param>
/// <param name="Port">Who asks.</param>
/// <param name="Column">Which of the port's columns it is, for <see cref="DramPort.Complete"/>.</param>
/// <param name="ArrivalClock">When it entered the queue.</param>
internal readonly record struct DramRequest(int Bank, int Row, bool IsWrite, int Port, int Column, long ArrivalClock);

/// <summary>
/// The controller's queue, oldest first. Sets of requests are words whose bit i stands for the i-th oldest, so the oldest of a set is its lowest bit: that makes the choice of each clock cheap.
/// </summary>
internal sealed class RequestQueue
{
    /// <summary>Requests it holds: the bits of a word.</summary>
    public const int Capacity = 64;

    private readonly DramRequest[] requests = new DramRequest[Capacity];
    private readonly ulong[] ofBank = new ulong[AddressMap.Banks];
    private ulong writes;
    private ulong hits;

    /// <summary>Requests in it.</summary>
    public int Count { get; private set; }

    /// <summary>Writes in it.</summary>
    public int Writes => BitOperations.PopCount(writes);

    /// <summary>Reads in it.</summary>
    public int Reads => Count - Writes;

    /// <summary>The i-th oldest.</summary>
    public ref readonly DramRequest this[int index] => ref requests[index];

    /// <summary>Index of the oldest of a set that is not empty.</summary>
    public static int OldestOf(ulong set) => BitOperations.TrailingZeroCount(set);

    /// <summary>The reads, or the writes, of a bank.</summary>
    public ulong Of(int bank, bool isWrite) => ofBank[bank] & (isWrite ? writes : ~writes);

    /// <summary>Those of them whose row is open.</summary>
    public ulong HitsOf(int bank, bool isWrite) => Of(bank, isWrite) & hits;

    /// <summary>Whether the row of any read, or write, is not open.</summary>
    public bool HasRowsToOpen(bool isWrite) => (isWrite ? writes & ~hits : ~(writes | hits) & Valid) != 0;

    /// <summary>When the oldest write came; there must be one.</summary>
    public long OldestWriteClock => requests[OldestOf(writes)].ArrivalClock;

    /// <summary>Takes a request in.</summary>
    /// <param name="openRow">Of its bank.</param>
    public void Add(in DramRequest request, int openRow)
    {
        if (Count == Capacity)
            throw new InvalidOperationException("the queue is full");
        var bit = 1UL << Count;
        requests[Count++] = request;
        ofBank[request.Bank] |= bit;
        if (request.IsWrite)
            writes |= bit;
        if (request.Row == openRow)
            hits |= bit;
    }

    /// <summary>Takes a request out; younger ones move up.</summary>
    public DramRequest Remove(int index)
    {
        if (index >= Count)
            throw new InvalidOperationException($"the queue has {Count} requests and no number {index}");
        var request = requests[index];
        Array.Copy(requests, index + 1, requests, index, --Count - index);
        writes = Without(writes, index);
        hits = Without(hits, index);
        for (var bank = 0; bank < ofBank.Length; bank++)
            ofBank[bank] = Without(ofBank[bank], index);
        return request;
    }

    /// <summary>Marks the requests whose row is open now.</summary>
    public void RowOpened(int bank, int row)
    {
        for (var left = ofBank[bank]; left != 0; left &= left - 1)
        {
            if (requests[OldestOf(left)].Row == row)
                hits |= left & ~(left - 1);
        }
    }

    /// <summary>No request of the bank finds an open row now.</summary>
    public void RowClosed(int bank) => hits &= ~ofBank[bank];

    private ulong Valid => Count == Capacity ? ulong.MaxValue : (1UL << Count) - 1;

    private static ulong Without(ulong set, int index)
    {
        var older = (1UL << index) - 1;
        return (set & older) | (set >> 1 & ~older);
    }
}
