using Temoto.Server.Embeddings;
using Temoto.Server.Http;
using Temoto.Server.Operations;
using Temoto.Server.Scheduling;

namespace Temoto.Server.Models;

/// <summary>
/// The models of a server by their names. The first is loaded at the start and meant where a request names none; any other is loaded when it is first asked for.
/// Together they keep within the memory that there is: whoever was asked longest ago goes, idle ones first, and one that answers after its last request.
/// </summary>
internal sealed class ServedModels : IDisposable
{
    private readonly ServerSettings settings;
    private readonly ServerMetrics metrics;
    private readonly Action<string> note;
    private readonly Func<ServedEmbedder>? loadEmbedder;
    private readonly Entry[] entries;
    private readonly Task<ServedModel> ready;

    /// <summary>One model is loaded at a time. Taken before <see cref="gate"/>.</summary>
    private readonly object loadTurn = new();

    /// <summary>Guards what is below it, and the entries.</summary>
    private readonly object gate = new();
    private readonly List<ResidentModel> residents = [];
    private ServedEmbedder? embedder;
    private long embedderBytes;
    private long usedBytes;
    private long requests;
    private bool isClosed;
    private Task unloads = Task.CompletedTask;

    /// <param name="sources">The first is loaded at the start.</param>
    /// <param name="loadEmbedder">Loads what makes vectors beside them; null for none.</param>
    /// <param name="note">Takes a line for the log.</param>
    public ServedModels(IReadOnlyList<ModelSource> sources, Func<ServedEmbedder>? loadEmbedder, ServerSettings settings, ServerMetrics metrics, Action<string> note)
    {
        (this.loadEmbedder, this.settings, this.metrics, this.note) = (loadEmbedder, settings, metrics, note);
        entries = [.. sources.Select(source => new Entry(source))];
        ready = new Task<ServedModel>(LoadFirst, TaskCreationOptions.LongRunning);
    }

    /// <summary>Ends when the first model is loaded, or fails as loading does. It may have made room for another one by then.</summary>
    public Task<ServedModel> Ready => ready;

    public bool IsReady => ready.IsCompletedSuccessfully;

    /// <summary>What makes vectors; null where nothing does.</summary>
    public ServedEmbedder? Embedder => IsReady ? embedder : null;

    /// <summary>Nothing new is taken on.</summary>
    public bool IsClosed
    {
        get
        {
            lock (gate)
                return isClosed;
        }
    }

    public DateTimeOffset Begun { get; } = DateTimeOffset.UtcNow;

    public IReadOnlyList<string> Names => [.. entries.Select(entry => entry.Source.Name)];

    /// <summary>Those that are in memory, on their way out, too.</summary>
    public IReadOnlyList<ServedModel> Residents
    {
        get
        {
            lock (gate)
                return [.. residents.Select(resident => resident.Model)];
        }
    }

    /// <summary>Those that a request gets at once, in the order of their names' list.</summary>
    public IReadOnlyList<ServedModel> Loaded
    {
        get
        {
            lock (gate)
                return [.. entries.Select(entry => entry.Resident?.Model).OfType<ServedModel>()];
        }
    }

    /// <summary>What they take, what is on its way out included.</summary>
    public long UsedBytes
    {
        get
        {
            lock (gate)
                return usedBytes;
        }
    }

    public void Start() => ready.Start();

    /// <summary>What is known of each by its name; null of those that were never loaded.</summary>
    public IReadOnlyList<(string Name, KnownModel? Known)> List()
    {
        RequireReady();
        lock (gate)
            return [.. entries.Select(entry => (entry.Source.Name, entry.Known))];
    }

    /// <summary>What is known of one; null where it was never loaded.</summary>
    public KnownModel? Known(string? name)
    {
        var entry = Find(name);
        RequireReady();
        lock (gate)
            return entry.Known;
    }

    /// <summary>A model for a request, loaded where it is not; without a name the first is meant.</summary>
    /// <exception cref="RequestException">No model has the name, it cannot be loaded, or the server is not ready or going down.</exception>
    public async Task<ModelLease> AcquireAsync(string? name, CancellationToken cancellation)
    {
        var entry = Find(name);
        RequireReady();
        Loading loading;
        lock (gate)
        {
            RequireOpen();
            if (entry.Resident is { } resident)
            {
                resident.Used = ++requests;
                return Lease(resident);
            }
            loading = entry.Loading ??= Begin(entry);
            loading.Waiting++;
        }
        try
        {
            await loading.Work.WaitAsync(settings.Scheduler.MostTime, cancellation).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            GiveUp(loading);
            if (error is TimeoutException)
                throw RequestException.TooLong(settings.Scheduler.MostTime);
            throw;
        }
        return new ModelLease(this, loading.Resident!);
    }

    /// <summary>A model that is loaded, for who only looks: nothing is loaded for him. Without a name the first one that is loaded.</summary>
    /// <exception cref="RequestException">No model has the name, or it is not loaded.</exception>
    public ModelLease Peek(string? name)
    {
        var entry = Find(name);
        RequireReady();
        lock (gate)
        {
            RequireOpen();
            var resident = string.IsNullOrEmpty(name) ? entries.Select(one => one.Resident).FirstOrDefault(one => one is not null) : entry.Resident;
            return resident is null ? throw RequestException.NotLoaded(entry.Source.Name) : Lease(resident);
        }
    }

    /// <summary>What makes vectors, by its name; without a name it is meant.</summary>
    /// <exception cref="RequestException">There is none, or another model's name.</exception>
    public ServedEmbedder RequireEmbedder(string? name)
    {
        RequireReady();
        if (embedder is null)
            throw new RequestException(404, "this server has no model that makes vectors; start it with --embeddings MODEL", "model_not_found", "model");
        return embedder.IsNamed(name) ? embedder : throw RequestException.NoModel(name!, [embedder.Name]);
    }

    /// <summary>Takes nothing new on, and ends when all is done or the time is over; what is not done then is cancelled with an error.</summary>
    public async Task DrainAsync(TimeSpan most)
    {
        Task[] loads;
        lock (gate)
        {
            isClosed = true;
            Monitor.PulseAll(gate);
            loads = [.. entries.Select(entry => entry.Loading?.Work).OfType<Task>()];
        }
        if (ready.Status != TaskStatus.Created)
            loads = [ready, .. loads];
        // A model that is still being loaded then goes by itself when it is.
        var loaded = Task.WhenAny(Task.WhenAll(loads), Task.Delay(most));
        await Task.WhenAll(Residents.Select(model => model.Scheduler.DrainAsync(most))).ConfigureAwait(false);
        await loaded.ConfigureAwait(false);
    }

    /// <summary>After <see cref="DrainAsync"/>, when no request is under way.</summary>
    public void Dispose()
    {
        ResidentModel[] left;
        lock (gate)
            left = [.. residents];
        foreach (var resident in left)
            Unload(resident);
        unloads.Wait();
        embedder?.Dispose();
    }

    /// <summary>A request is over. The last one of a model that is to go takes it along.</summary>
    internal void Release(ResidentModel resident)
    {
        lock (gate)
        {
            resident.Leases--;
            if (resident.Leases > 0)
                return;
            // Who makes room may take an idle one.
            Monitor.PulseAll(gate);
            // Not on the request's way: its answer ends when it does.
            if (resident.IsLeaving)
                unloads = Task.WhenAll(unloads, Task.Run(() => Unload(resident)));
        }
    }

    private Entry Find(string? name) => string.IsNullOrEmpty(name)
        ? entries[0]
        : entries.FirstOrDefault(entry => entry.Source.IsNamed(name)) ?? throw RequestException.NoModel(name, Names);

    /// <exception cref="RequestException">The first model is being loaded.</exception>
    public void RequireReady()
    {
        if (!IsReady)
            throw RequestException.Loading();
    }

    private void RequireOpen()
    {
        if (isClosed)
            throw RequestException.GoingDown();
    }

    private ModelLease Lease(ResidentModel resident)
    {
        resident.Leases++;
        return new ModelLease(this, resident);
    }

    /// <summary>Whoever waited for a model has gone, or it was not loaded.</summary>
    private void GiveUp(Loading loading)
    {
        lock (gate)
        {
            if (loading.Resident is null)
            {
                loading.Waiting--;
                // For nobody no room is made.
                Monitor.PulseAll(gate);
                return;
            }
        }
        Release(loading.Resident);
    }

    private ServedModel LoadFirst()
    {
        embedder = loadEmbedder?.Invoke();
        try
        {
            if (embedder is not null && entries.FirstOrDefault(entry => embedder.IsNamed(entry.Source.Name)) is { } twin)
                throw new InputException("--embeddings", null, $"'{twin.Source.Name}', the name of two models", "a name for each", "give the model another --alias");
            usedBytes = embedderBytes = embedder?.Model.Memory.TotalBytes ?? 0;
            var loading = new Loading { IsFirst = true };
            Load(entries[0], loading);
            return loading.Resident!.Model;
        }
        catch
        {
            embedder?.Dispose();
            embedder = null;
            throw;
        }
    }

    private Loading Begin(Entry entry)
    {
        var loading = new Loading();
        loading.Work = Task.Factory.StartNew(() => LoadLater(entry, loading), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return loading;
    }

    /// <summary>What is wrong with a model's files is the operator's business: clients hear that it is not there.</summary>
    private void LoadLater(Entry entry, Loading loading)
    {
        try
        {
            Load(entry, loading);
        }
        catch (Exception error) when (error is not RequestException)
        {
            note($"model {entry.Source.Name} was not loaded: {(error is InputException or IOException ? error.Message : error.GetType().Name)}");
            throw RequestException.LoadFailed(entry.Source.Name);
        }
        finally
        {
            lock (gate)
            {
                if (entry.Loading == loading)
                    entry.Loading = null;
            }
        }
    }

    private void Load(Entry entry, Loading loading)
    {
        lock (loadTurn)
        {
            if (IsThereAgain(entry, loading))
                return;
            var reserved = 0L;
            ServedModel? served = null;
            try
            {
                served = NewServed(entry.Source.Name, entry.Source.Load(plan => reserved = MakeRoom(plan, loading)), loading.IsFirst, ref reserved);
                lock (gate)
                {
                    RequireOpen();
                    var resident = new ResidentModel(served, reserved);
                    residents.Add(resident);
                    entry.Known = served.Known;
                    Hand(resident, entry, loading);
                }
                metrics.ModelLoads.Add(1);
            }
            catch
            {
                served?.Dispose();
                lock (gate)
                    usedBytes -= reserved;
                throw;
            }
        }
    }

    /// <summary>Those who wait for a model have it at once, so that no other load can take it from them.</summary>
    private void Hand(ResidentModel resident, Entry entry, Loading loading)
    {
        entry.Resident = loading.Resident = resident;
        entry.Loading = null;
        resident.Leases += loading.Waiting;
        resident.Used = ++requests;
    }

    /// <summary>A model that was to go and could stay.</summary>
    private bool IsThereAgain(Entry entry, Loading loading)
    {
        lock (gate)
        {
            if (entry.Resident is not { } resident)
                return false;
            Hand(resident, entry, loading);
            return true;
        }
    }

    /// <summary>With as many slots as there is room for beside the others. What it takes beyond what was reserved is taken.</summary>
    private ServedModel NewServed(string name, LanguageModel model, bool isFirst, ref long reserved)
    {
        try
        {
            // Before anything is answered: without it nothing can be.
            _ = model.Tokenizer;
            var memory = model.Info.Memory;
            var fitting = settings.Scheduler.Fitting(memory with { AvailableBytes = Math.Max(0, memory.AvailableBytes - (UsedBytes - reserved)) }, settings.Slots, settings.PrefixCacheBytes);
            var bytes = Wanted(memory, fitting.Slots, fitting.PrefixCacheBytes);
            lock (gate)
                usedBytes += bytes - reserved;
            reserved = bytes;
            return new ServedModel(name, model, NewScheduler(name, model, fitting, isFirst));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>A folder that cannot be used is told at the start; later a model is served without it.</summary>
    private Scheduler NewScheduler(string name, LanguageModel model, SchedulerSettings fitting, bool isFirst)
    {
        if (settings.PrefixCacheFolder is not { } folder)
            return new Scheduler(model, fitting, metrics, note);
        try
        {
            return new Scheduler(model, fitting with { PrefixCachePath = Path.Combine(folder, Uri.EscapeDataString(name) + ".prefix") }, metrics, note);
        }
        catch (InputException error) when (!isFirst)
        {
            note(error.Message);
            return new Scheduler(model, fitting, metrics, note);
        }
    }

    private static long Wanted(MemoryPlan plan, int slots, long prefixCacheBytes) => plan.TotalBytes + (slots - 1) * plan.KvBytes + prefixCacheBytes;

    /// <summary>Sends others away until a plan fits, and reserves what it takes.</summary>
    /// <exception cref="InputException">It would not fit beside nobody: nobody goes.</exception>
    private long MakeRoom(MemoryPlan plan, Loading loading)
    {
        // What does not fit by itself its own plan refuses.
        if (plan.TotalBytes > plan.AvailableBytes)
            return 0;
        settings.Scheduler.Fitting(plan with { AvailableBytes = Math.Max(0, plan.AvailableBytes - embedderBytes) }, settings.Slots, settings.PrefixCacheBytes);
        var wanted = Wanted(plan, settings.Slots ?? 1, settings.PrefixCacheBytes ?? 0);
        (Entry Entry, ResidentModel Resident)? asked = null;
        while (true)
        {
            ResidentModel idle;
            lock (gate)
            {
                if (isClosed || !loading.IsWanted || usedBytes + wanted <= plan.AvailableBytes)
                {
                    Stay(asked);
                    RequireOpen();
                    if (!loading.IsWanted)
                        throw Abandoned(loading);
                    usedBytes += wanted;
                    return wanted;
                }
                if (usedBytes - residents.Where(resident => resident.IsGoing).Sum(resident => resident.Bytes) + wanted <= plan.AvailableBytes)
                {
                    Monitor.Wait(gate);
                    continue;
                }
                var loaded = entries.Where(entry => entry.Resident is not null).OrderBy(entry => entry.Resident!.Used).ToArray();
                if (loaded.FirstOrDefault(entry => entry.Resident!.Leases == 0) is not { } entry)
                {
                    // All answer: the one asked longest ago is closed to new requests. Another one that becomes idle first goes in its place.
                    if (!residents.Any(resident => resident.IsLeaving) && loaded.Length > 0)
                    {
                        asked = (loaded[0], loaded[0].Resident!);
                        asked.Value.Resident.IsLeaving = true;
                        asked.Value.Resident.MustEnd.CancelAfter(settings.Scheduler.MostTime);
                        loaded[0].Resident = null;
                    }
                    Monitor.Wait(gate);
                    continue;
                }
                idle = entry.Resident!;
                idle.IsLeaving = true;
                entry.Resident = null;
            }
            Unload(idle);
        }
    }

    /// <summary>Nobody waits for it, and nobody can join any more: the next one begins anew.</summary>
    private RequestException Abandoned(Loading loading)
    {
        foreach (var entry in entries)
        {
            if (entry.Loading == loading)
                entry.Loading = null;
        }
        return RequestException.Loading();
    }

    /// <summary>The room came from elsewhere: a model that was closed is open again, if it is still there.</summary>
    private static void Stay((Entry Entry, ResidentModel Resident)? asked)
    {
        if (asked is not { Resident.Leases: > 0 } one)
            return;
        one.Resident.IsLeaving = false;
        one.Resident.MustEnd.CancelAfter(Timeout.Infinite);
        one.Entry.Resident = one.Resident;
    }

    private void Unload(ResidentModel resident)
    {
        lock (gate)
        {
            // Once: by its last request, by a load, or with the server.
            if (resident.IsGoing)
                return;
            resident.IsGoing = true;
        }
        try
        {
            resident.Dispose();
        }
        catch (Exception error)
        {
            note($"model {resident.Model.Name} was not unloaded well: {error.GetType().Name}");
        }
        metrics.ModelUnloads.Add(1);
        lock (gate)
        {
            residents.Remove(resident);
            usedBytes -= resident.Bytes;
            Monitor.PulseAll(gate);
        }
    }

    private sealed class Entry(ModelSource source)
    {
        public ModelSource Source => source;

        /// <summary>Null while it is not loaded, and when it is on its way out.</summary>
        public ResidentModel? Resident { get; set; }

        public KnownModel? Known { get; set; }

        /// <summary>Null while nobody loads it.</summary>
        public Loading? Loading { get; set; }
    }

    /// <summary>A model on its way in.</summary>
    private sealed class Loading
    {
        public Task Work { get; set; } = Task.CompletedTask;

        /// <summary>At the start nobody has to wait for it.</summary>
        public bool IsFirst { get; init; }

        /// <summary>Requests that wait for it; they hold it once it is there.</summary>
        public int Waiting { get; set; }

        public bool IsWanted => IsFirst || Waiting > 0;

        /// <summary>Null until it is there.</summary>
        public ResidentModel? Resident { get; set; }
    }
}
