namespace Temoto.Tests.Formats;

/// <summary>A folder of one test, removed with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string MemoryFileSystem = "/dev/shm";

    /// <param name="inMemory">For thousands of small files, each of which a disk would wait a few milliseconds to delete; where there is no such file system, the disk it is.</param>
    public TemporaryFolder(bool inMemory = false) => Path = inMemory && Directory.Exists(MemoryFileSystem)
        ? Directory.CreateDirectory($"{MemoryFileSystem}/temoto-test-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("temoto-test-").FullName;

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
