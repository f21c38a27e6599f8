using System.Diagnostics;
using Temoto.Generation;
using Temoto.Plans;
using Temoto.Server.Http;
using Temoto.Server.Operations;

namespace Temoto.Server.Scheduling;

/// <summary>
/// One thread owns the engine. It goes round: who has left goes, who waits gets an idle slot, all texts under way get their next token in one run, and one prompt is computed a chunk further.
/// So a long prompt keeps the others waiting for one chunk at most, and a slot is free one run after its client has gone.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    private readonly LanguageModel model;
    private readonly SchedulerSettings settings;
    private readonly ServerMetrics metrics;
    private readonly Action<string>? note;
    private readonly Slot[] slots;
    private readonly List<Slot> decoding = [];
    private readonly PrefixCache prefixes;
    private readonly Thread loop;

    /// <summary>Guards what is below it.</summary>
    private readonly object gate = new();
    private readonly FairQueue queue = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int busySlots;
    private bool draining;
    private bool disposed;

    /// <summary>Counts rounds, for who was used last.</summary>
    private long round;

    /// <summary>Seconds that a text takes from its slot to its end: a moving average, for Retry-After.</summary>
    private double meanSeconds = 1;

    /// <param name="note">Takes a line for the log.</param>
    public Scheduler(LanguageModel model, SchedulerSettings settings, ServerMetrics metrics, Action<string>? note = null)
    {
        this.note = note;
        this.model = model;
        this.settings = settings;
        this.metrics = metrics;
        slots = [.. Enumerable.Range(0, settings.Slots).Select(number => new Slot(number, model))];
        try
        {
            prefixes = NewPrefixCache(slots[0].Cache.Keys.Layout);
        }
        catch
        {
            ReleaseSlots();
            throw;
        }
        loop = new Thread(Loop) { IsBackground = true, Name = "temoto scheduler" };
        loop.Start();
    }

    public SchedulerSettings Settings => settings;

    public IReadOnlyList<Slot> Slots => slots;

    /// <summary>Of keys and values kept beside the slots.</summary>
    public long PrefixCacheBytes => prefixes.Bytes;

    /// <summary>Nothing new is taken on.</summary>
    public bool IsDraining
    {
        get
        {
            lock (gate)
                return draining;
        }
    }

    public int QueueCount
    {
        get
        {
            lock (gate)
                return queue.Count;
        }
    }

    /// <summary>Takes texts on. The caller reads the group and disposes it.</summary>
    /// <exception cref="RequestException">No room to wait, or the server is going down.</exception>
    public GenerationGroup Submit(string key, IReadOnlyList<GenerationRequest> requests)
    {
        var group = new GenerationGroup(this, key, requests);
        var count = requests.Count;
        if (count > settings.Slots + settings.QueueLength)
            throw RequestException.Bad("n", $"{count} texts in one request", $"at most {settings.Slots + settings.QueueLength} (slots and queue together)", "ask for fewer");
        GenerationGroup? turnedAway = null;
        lock (gate)
        {
            if (draining)
                throw RequestException.GoingDown();
            if (!HasRoom(count))
            {
                turnedAway = queue.Heaviest(key, count);
                if (turnedAway is null)
                    throw Full();
                var removed = queue.Remove(turnedAway);
                if (!HasRoom(count))
                {
                    // It would be turned away for nothing.
                    foreach (var job in removed)
                        queue.Enqueue(job);
                    throw Full();
                }
            }
            foreach (var job in group.Jobs)
                queue.Enqueue(job);
            Monitor.Pulse(gate);
        }
        turnedAway?.Fail(Full());
        return group;
    }

    /// <summary>What waits goes at once; what has a slot is found by the loop.</summary>
    public void Forget(GenerationGroup group)
    {
        lock (gate)
        {
            queue.Remove(group);
            TellIfIdle();
        }
    }

    /// <summary>Takes nothing new on, and ends when all is done or the time is over; what is not done then is cancelled with an error.</summary>
    public async Task DrainAsync(TimeSpan most)
    {
        lock (gate)
        {
            draining = true;
            TellIfIdle();
        }
        if (await Task.WhenAny(idle.Task, Task.Delay(most)).ConfigureAwait(false) == idle.Task)
            return;
        GenerationJob[] left;
        lock (gate)
            left = [.. queue.All(), .. slots.Select(slot => slot.Job).OfType<GenerationJob>()];
        foreach (var group in left.Select(job => job.Group).Distinct())
            group.Fail(RequestException.GoingDown());
        await idle.Task.ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = draining = true;
            Monitor.Pulse(gate);
        }
        loop.Join();
        prefixes.Dispose();
        ReleaseSlots();
    }

    private void ReleaseSlots()
    {
        foreach (var slot in slots)
            model.Engine.Release(slot.Cache.Keys);
    }

    private PrefixCache NewPrefixCache(KvLayout layout)
    {
        var blockBytes = PrefixCache.BytesOfBlock(layout);
        var blocks = (int)Math.Min(settings.PrefixCacheBytes / blockBytes, int.MaxValue);
        var file = settings.PrefixCachePath is { } path && blocks > 0 ? new PrefixCacheFile(path, model.ComputeIdentity(), blockBytes, blocks, note) : null;
        return new PrefixCache(layout, settings.PrefixCacheBytes, file);
    }

    private bool HasRoom(int count) => queue.Count + count <= settings.QueueLength + settings.Slots - busySlots;

    private RequestException Full()
    {
        metrics.Rejected.Add(1);
        return RequestException.Full(queue.Count, settings.QueueLength, (int)Math.Clamp(Math.Ceiling(meanSeconds * (queue.Count + 1) / settings.Slots), 1, 60));
    }

    private void Loop()
    {
        while (true)
        {
            lock (gate)
            {
                while (queue.Count == 0 && busySlots == 0 && !disposed)
                    Monitor.Wait(gate);
                if (disposed)
                    break;
                FailLate();
                Admit();
            }
            foreach (var slot in slots)
            {
                if (slot.Job is { Cancellation.IsCancellationRequested: true })
                    Cancel(slot);
                else if (slot.Job is { } job && IsLate(job))
                    Fail(slot, job, RequestException.TooLong(settings.MostTime));
            }
            Decode();
            Prefill();
        }
        foreach (var job in queue.All())
            job.Group.Fail(RequestException.GoingDown());
        foreach (var slot in slots)
        {
            if (slot.Job is { } job)
                Fail(slot, job, RequestException.GoingDown());
        }
    }

    private bool IsLate(GenerationJob job) => Stopwatch.GetElapsedTime(job.Submitted) > settings.MostTime;

    private void FailLate()
    {
        foreach (var group in queue.All().Where(IsLate).Select(job => job.Group).Distinct())
            group.Fail(RequestException.TooLong(settings.MostTime));
    }

    /// <summary>
    /// Gives idle slots to those who wait: to each the one whose cache begins most like the prompt, of equal ones the one used longest ago. Where more of the prompt is kept beside the slots, that is copied
    /// into the one used longest ago: the others' caches may be wanted again.
    /// </summary>
    private void Admit()
    {
        while (busySlots < slots.Length && queue.Dequeue() is { } job)
        {
            var prompt = job.Request.Prompt;
            var kept = Reuses(job) ? prefixes.Match(prompt) : 0;
            var slot = slots.Where(slot => slot.Job is null)
                .OrderByDescending(slot => Reuses(job) && slot.Cache.CommonPrefix(prompt) is var own && own >= kept ? own : 0)
                .ThenBy(slot => slot.LastUsed)
                .First();
            slot.LastUsed = ++round;
            busySlots++;
            try
            {
                Restore(slot, job);
                slot.Begin(job);
            }
            catch (Exception error)
            {
                Fail(slot, job, error);
                continue;
            }
            metrics.QueueSeconds.Observe(Stopwatch.GetElapsedTime(job.Submitted).TotalSeconds);
        }
    }

    private void Restore(Slot slot, GenerationJob job)
    {
        if (Reuses(job))
            prefixes.Restore(slot.Cache, job.Request.Prompt);
    }

    private static bool Reuses(GenerationJob job) => job.Request.Options.ReusePrompt;

    /// <summary>The next token of all texts under way, in as few runs as the engine allows.</summary>
    private void Decode()
    {
        decoding.Clear();
        foreach (var slot in slots)
        {
            if (slot.Job is not null && !slot.IsInPrompt && GoesOn(slot))
                decoding.Add(slot);
        }
        if (decoding.Count == 1 && busySlots == 1 && DecodeAhead(decoding[0]))
            return;
        var most = model.Engine.MostTogether;
        for (var first = 0; first < decoding.Count; first += most)
        {
            var together = decoding.GetRange(first, Math.Min(most, decoding.Count - first));
            var figures = model.Engine.Plan.DecodeFigures;
            var bytes = figures.WeightBytesPerRun(together.Count);
            foreach (var slot in together)
            {
                slot.Request.Set(slot.Run!.Input.Span[0], slot.Cache.Keys, slot.Run.Sampler, slot.Job!.Cancellation);
                bytes += figures.BytesPerSequence(slot.Cache.Count);
            }
            model.Engine.DecodeOnce([.. together.Select(slot => slot.Request)]);
            metrics.BatchSequences.Observe(together.Count);
            metrics.DecodedTokens.Add(together.Count);
            metrics.DecodeBytes.Add(bytes);
            foreach (var slot in together)
                AcceptNext(slot);
        }
    }

    /// <summary>A text that is alone has guesses at its next tokens computed in one run with the last one, where that pays; several share runs instead.</summary>
    private bool DecodeAhead(Slot slot)
    {
        var (run, job) = (slot.Run!, slot.Job!);
        if (!run.LookAhead())
            return false;
        var (input, before) = (run.Input, run.Generated);
        var bytes = model.Engine.Plan.DecodeFigures.BytesPerRun(input.Length, slot.Cache.Count);
        try
        {
            model.Engine.Verify(input.Span, slot.Cache.Keys, run.TakeAhead, job.Cancellation);
            metrics.DecodedTokens.Add(run.Generated - before);
            metrics.DecodeBytes.Add(bytes);
            slot.Cache.Record(input.Span);
            metrics.BatchSequences.Observe(1);
            Tell(slot, run.Generated - before, run.TakenAhead());
        }
        catch (OperationCanceledException) when (job.Cancellation.IsCancellationRequested)
        {
            Cancel(slot);
        }
        catch (Exception error)
        {
            Fail(slot, job, error);
        }
        return true;
    }

    private void AcceptNext(Slot slot)
    {
        var job = slot.Job!;
        try
        {
            slot.Cache.Record(slot.Run!.Input.Span);
            if (slot.Request.Failure is null)
                Take(slot, slot.Request.NextToken);
            else if (slot.Request.Failure is OperationCanceledException)
                Cancel(slot);
            else
                Fail(slot, job, slot.Request.Failure);
        }
        catch (Exception error)
        {
            Fail(slot, job, error);
        }
    }

    /// <summary>A chunk of the prompt that has waited longest for one.</summary>
    private void Prefill()
    {
        var slot = slots.Where(slot => slot.Job is not null && slot.IsInPrompt).MinBy(slot => slot.LastUsed);
        if (slot is null)
            return;
        slot.LastUsed = ++round;
        var (run, job) = (slot.Run!, slot.Job!);
        if (!GoesOn(slot))
            return;
        // What another slot has computed meanwhile: prompts with a common beginning that come together compute it once.
        var before = slot.Cache.Count;
        Restore(slot, job);
        run.Reuse(slot.Cache.Count - before);
        var chunk = ChunkOf(run.Input.Length, slot.Cache.Count);
        var isLast = chunk == run.Input.Length;
        var input = run.Input.Span[..chunk];
        try
        {
            var token = model.Engine.Prefill(input, slot.Cache.Keys, isLast ? run.Sampler : null, job.Cancellation);
            run.Computed(chunk);
            prefixes.Keep(slot.Cache, slot.Cache.Count);
            if (token is not { } drawn)
                return;
            slot.EndPrompt();
            Take(slot, drawn);
        }
        catch (OperationCanceledException) when (job.Cancellation.IsCancellationRequested)
        {
            Cancel(slot);
        }
        catch (Exception error)
        {
            Fail(slot, job, error);
        }
    }

    /// <summary>Up to the next multiple of the chunk's size in the context: a prompt is cut in the same places whatever part of it was there already.</summary>
    private int ChunkOf(int left, int position) => Math.Min(left, settings.ChunkTokens - position % settings.ChunkTokens);

    private void Take(Slot slot, int token) => Tell(slot, 1, slot.Run!.Take(token) is { } piece ? [piece] : []);

    /// <param name="tokens">That have come in one run.</param>
    /// <param name="pieces">Of those that are told: an end token is not.</param>
    private void Tell(Slot slot, int tokens, IReadOnlyList<GeneratedPiece> pieces)
    {
        var now = Stopwatch.GetTimestamp();
        if (slot.LastToken == 0)
            metrics.FirstTokenSeconds.Observe(Stopwatch.GetElapsedTime(slot.Job!.Submitted, now).TotalSeconds);
        for (var token = 0; token < tokens && slot.LastToken != 0; token++)
            metrics.InterTokenSeconds.Observe(Stopwatch.GetElapsedTime(slot.LastToken, now).TotalSeconds / tokens);
        slot.LastToken = now;
        metrics.GeneratedTokens.Add(tokens);
        foreach (var piece in pieces)
            slot.Job!.Write(piece);
        // Now and not when the others have had their turn: the slot may go to somebody else.
        GoesOn(slot);
    }

    /// <summary>Ends what has come to its end.</summary>
    private bool GoesOn(Slot slot)
    {
        if (slot.Run!.GoesOn())
            return true;
        // The next turn of a conversation begins with this one's answer.
        prefixes.Keep(slot.Cache, slot.Cache.Count);
        var piece = slot.Run.End();
        var figures = piece.Statistics!;
        metrics.PromptTokens.Add(figures.PromptTokens);
        metrics.ReusedTokens.Add(figures.ReusedTokens);
        metrics.DraftedTokens.Add(figures.DraftedTokens);
        metrics.AcceptedTokens.Add(figures.AcceptedTokens);
        var job = slot.Job!;
        Free(slot, job);
        job.Write(piece);
        job.Finish();
        return false;
    }

    private void Cancel(Slot slot)
    {
        metrics.Cancelled.Add(1);
        slot.Run!.Cancel();
        GoesOn(slot);
    }

    /// <summary>Ends a text that cannot go on. What went wrong is not the client's fault, and may name files: it goes to the log.</summary>
    private void Fail(Slot slot, GenerationJob job, Exception error)
    {
        if (error is not RequestException)
        {
            note?.Invoke($"fault while generating: {(error is InputException ? error.Message : error.GetType().Name)}");
            error = new RequestException(500, "the model failed; the server's log says why", "server_error");
        }
        // Whatever the run has left there: nobody is to begin with it.
        slot.Cache.Truncate(0);
        Free(slot, job);
        job.Group.Fail(error);
    }

    private void Free(Slot slot, GenerationJob job)
    {
        slot.Free();
        lock (gate)
        {
            busySlots--;
            queue.Release(job.Key);
            meanSeconds += 0.1 * (Stopwatch.GetElapsedTime(job.Submitted).TotalSeconds - meanSeconds);
            TellIfIdle();
        }
    }

    private void TellIfIdle()
    {
        if (draining && busySlots == 0 && queue.Count == 0)
            idle.TrySetResult();
    }
}
