using Temoto.Formats.Files;

namespace Temoto.Formats.Hub;

/// <summary>
/// Held by whoever changes a model of the store; the system lets go of it when a process ends, however it ends. The lock's file lies beside the models and
/// stays: one that was removed could be held twice, once under its name and once by a process that had opened it before.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly FileStream stream;

    private StoreLock(FileStream stream) => this.stream = stream;

    /// <summary>Null where another process holds it.</summary>
    public static StoreLock? TryTake(ModelStore store, StoredModel model)
    {
        var folder = Path.Combine(store.Root, ".locks", model.Owner);
        try
        {
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, model.ShortName);
            return new StoreLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (IOException error) when (HeldFile.Is(error))
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                store.Root, null, $"what cannot be written ({error.Message.TrimEnd('.')})",
                "a folder to keep models in", $"set {ModelStore.EnvironmentVariable} to one that may be written");
        }
    }

    /// <summary>Waits for it; <paramref name="waiting"/> is called once if there is a wait.</summary>
    public static async Task<StoreLock> TakeAsync(ModelStore store, StoredModel model, Action? waiting, CancellationToken cancellation)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            if (TryTake(store, model) is { } taken)
                return taken;
            if (isFirst)
                waiting?.Invoke();
            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => stream.Dispose();
}
