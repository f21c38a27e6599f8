using Temoto.Server.Embeddings;
using Temoto.Server.Http;
using Temoto.Server.Operations;

namespace Temoto.Server.Models;

/// <summary>
/// The models of a server by their names. The first is loaded at the start and meant where a request names none; any other is loaded when it is first asked for.
/// Together they keep within the memory that there is: whoever was asked longest ago goes, idle ones first, and one that answers after its last request.
/// </summary>
internal sealed partial class ServedModels : IDisposable
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
