using Temoto.Server.Http;
using Temoto.Server.Scheduling;

namespace Temoto.Server.Models;

/// <summary>How models come and go: one load at a time, room made before memory is taken.</summary>
internal sealed partial class ServedModels
{
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
                served = NewServed(entry.Source.Name, entry.Source.Load(plan => reserved = MakeRoom(plan, entry, loading)), loading.IsFirst, ref reserved);
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
    private long MakeRoom(MemoryPlan plan, Entry entry, Loading loading)
    {
        // What does not fit by itself its own plan refuses, and what does not with its slots is refused here.
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
                    {
                        // In the same turn: nobody joins what is given up, the next one begins anew.
                        entry.Loading = null;
                        throw RequestException.Loading();
                    }
                    usedBytes += wanted;
                    return wanted;
                }
                if (usedBytes - residents.Where(resident => resident.IsGoing).Sum(resident => resident.Bytes) + wanted <= plan.AvailableBytes)
                {
                    Monitor.Wait(gate);
                    continue;
                }
                var loaded = entries.Where(one => one.Resident is not null).OrderBy(one => one.Resident!.Used).ToArray();
                if (loaded.FirstOrDefault(one => one.Resident!.Leases == 0) is not { } going)
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
                idle = going.Resident!;
                idle.IsLeaving = true;
                going.Resident = null;
            }
            Unload(idle);
        }
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
}
