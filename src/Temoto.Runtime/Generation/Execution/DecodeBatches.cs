namespace Temoto.Generation.Execution;

/// <summary>
/// Sessions that ask for their next token at the same time are served by one run: a thread whose turn it is carries out what all of them wait for, the others sleep. A session
/// that is alone carries out its own request at once.
/// </summary>
/// <remarks>
/// Sessions would otherwise take turns: while one is computed, the other waits, and the first comes back when the second is under way. So the next run waits a moment for those
/// who were in the last one, since they ask again as soon as they have their token. Who does not come in time is not waited for again until it has come.
/// </remarks>
/// <param name="runLock">Held during a run, also by runs of other kinds.</param>
/// <param name="most">Requests of one run.</param>
/// <param name="run">Carries out requests of different caches, at least one: sets the token or the failure of each, and throws nothing.</param>
/// <param name="mostWaitSeconds">Longest wait for those who were in the last run; and it is at most half as long as that run took.</param>
/// <param name="clock">Of the waits and the runs; null for the system's.</param>
internal sealed class DecodeBatches(Lock runLock, int most, DecodeBatches.Run run, double mostWaitSeconds = 2e-3, TimeProvider? clock = null)
{
    private readonly TimeProvider clock = clock ?? TimeProvider.System;

    /// <summary>Guards the lists and <see cref="led"/>.</summary>
    private readonly Lock gate = new();

    /// <summary>In the order of asking. The first of them leads, or will.</summary>
    private readonly List<DecodeRequest> waiting = new(2 * most);

    private readonly Stack<DecodeRequest> idle = new(2 * most);

    /// <summary>Of the run at hand; the leader's.</summary>
    private readonly DecodeRequest[] members = new DecodeRequest[most];

    /// <summary>Caches of the last run, and how long it took; the leader's.</summary>
    private readonly KvCache[] lastCaches = new KvCache[most];
    private int lastCount;
    private long lastTicks;

    /// <summary>Some thread is carrying out a run, or is about to.</summary>
    private bool led;

    public delegate void Run(ReadOnlySpan<DecodeRequest> requests);

    /// <summary>Requests that wait for a run, the one about to lead it included.</summary>
    public int WaitingCount
    {
        get
        {
            lock (gate)
                return waiting.Count;
        }
    }

    /// <summary>Nobody else asks for tokens: there is no request, and the last run was for this cache alone, or there was none.</summary>
    public bool IsAlone(KvCache cache)
    {
        lock (gate)
            return !led && (lastCount == 0 || (lastCount == 1 && lastCaches[0] == cache));
    }

    /// <summary>Appends a token to a cache and lets the sampler draw the next one.</summary>
    /// <exception cref="OperationCanceledException">The cache is as it was.</exception>
    public int Next(int token, KvCache cache, Sampler sampler, CancellationToken cancellation)
    {
        DecodeRequest? request;
        bool leads;
        lock (gate)
        {
            if (!idle.TryPop(out request))
                request = new DecodeRequest();
            request.Set(token, cache, sampler, cancellation);
            waiting.Add(request);
            leads = !led;
            led = true;
        }
        if (leads || request.AwaitTurn())
            Lead(request);
        try
        {
            return request.Result();
        }
        finally
        {
            request.Clear();
            lock (gate)
                idle.Push(request);
        }
    }

    private void Lead(DecodeRequest own)
    {
        int count;
        lock (runLock)
        {
            AwaitLastMembers();
            count = TakeMembers();
            var alive = 0;
            for (var i = 0; i < count; i++)
            {
                // Who was cancelled, or disposed, while waiting goes behind the others.
                var member = members[i];
                if (member.Cancellation.IsCancellationRequested || member.Cache.IsDisposed)
                {
                    member.Failure = member.Cache.IsDisposed ? new ObjectDisposedException(typeof(Session).FullName) : new OperationCanceledException(member.Cancellation);
                    continue;
                }
                (members[alive], members[i]) = (member, members[alive]);
                alive++;
            }
            CarryOut(members.AsSpan(0, alive));
        }
        for (var i = 0; i < count; i++)
        {
            if (members[i] != own)
                members[i].Finish();
        }
        DecodeRequest? next;
        lock (gate)
        {
            next = waiting.Count > 0 ? waiting[0] : null;
            led = next is not null;
        }
        next?.LetLead();
    }

    /// <summary>A run for a caller that has gathered the requests itself.</summary>
    public void RunGathered(ReadOnlySpan<DecodeRequest> requests)
    {
        lock (runLock)
            CarryOut(requests);
    }

    private void CarryOut(ReadOnlySpan<DecodeRequest> requests)
    {
        var start = clock.GetTimestamp();
        if (requests.Length > 0)
            run(requests);
        lastTicks = clock.GetTimestamp() - start;
        lastCount = requests.Length;
        for (var i = 0; i < requests.Length; i++)
            lastCaches[i] = requests[i].Cache;
    }

    private void AwaitLastMembers()
    {
        if (AllAreBack())
            return;
        var until = clock.GetTimestamp() + Math.Min(lastTicks / 2, (long)(mostWaitSeconds * clock.TimestampFrequency));
        // Yielding: whoever is waited for may need this core to come back.
        while (!AllAreBack() && clock.GetTimestamp() < until)
            Thread.Yield();
    }

    private bool AllAreBack()
    {
        lock (gate)
        {
            if (waiting.Count >= most)
                return true;
            for (var i = 0; i < lastCount; i++)
            {
                if (IndexOf(lastCaches[i]) < 0)
                    return false;
            }
            return true;
        }
    }

    private int IndexOf(KvCache cache)
    {
        for (var i = 0; i < waiting.Count; i++)
        {
            if (waiting[i].Cache == cache)
                return i;
        }
        return -1;
    }

    /// <summary>Moves the first requests over, the leader's among them; two for one cache go into different runs.</summary>
    private int TakeMembers()
    {
        lock (gate)
        {
            var count = 0;
            for (var i = 0; i < waiting.Count && count < most;)
            {
                if (Taken(waiting[i].Cache, count))
                {
                    i++;
                    continue;
                }
                members[count++] = waiting[i];
                waiting.RemoveAt(i);
            }
            return count;
        }
    }

    private bool Taken(KvCache cache, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (members[i].Cache == cache)
                return true;
        }
        return false;
    }
}
