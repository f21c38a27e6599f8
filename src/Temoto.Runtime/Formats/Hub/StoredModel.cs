namespace Temoto.Formats.Hub;

/// <summary>
/// A model of the store: a folder OWNER/NAME with the model's files under their own names and, in <c>.temoto</c>, what <c>pull</c> knows of them.
/// What is being fetched lies in <c>.temoto/pull</c> until all of it is whole, so a model can be used while another revision of it is pulled.
/// </summary>
internal sealed class StoredModel(string root, string owner, string name)
{
    public const string OwnFolder = ".temoto";

    /// <summary>Stands where the hub's oldest models have no owner; no owner can be called so.</summary>
    public const string NoOwner = "_";

    public string Owner { get; } = owner;

    /// <summary>The name without its owner.</summary>
    public string ShortName { get; } = name;

    public string Name => Owner == NoOwner ? ShortName : $"{Owner}/{ShortName}";

    public string Folder { get; } = Path.Combine(root, owner, name);

    public string ManifestPath => Own("manifest.json");

    /// <summary>The manifest of a pull whose files are all fetched and are just being given their names.</summary>
    public string NextManifestPath => Own("next.json");

    public string StagingFolder => Own("pull");

    /// <summary>The command that goes on with an interrupted pull.</summary>
    public string CommandPath => Own("command.txt");

    /// <summary>Only folders that <c>pull</c> made are of the store.</summary>
    public bool Exists => Directory.Exists(Own());

    /// <summary>True while newer files wait to be complete, whatever the state of those in use.</summary>
    public bool HasUnfinishedPull => Directory.Exists(StagingFolder);

    /// <summary>On the disk, with what an unfinished pull has so far; links are not followed.</summary>
    public long SizeBytes => Files().Sum(LengthOf);

    /// <summary>0 for a file that a pull beside this gave another name meanwhile.</summary>
    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    /// <summary>Every file below the model's folder, whoever put it there; links are neither listed nor followed.</summary>
    public IEnumerable<FileInfo> Files() => Directory.Exists(Folder)
        ? new DirectoryInfo(Folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        : [];

    /// <summary>The command that pulls this.</summary>
    public static string PullCommand(string repository, string? file, string revision) =>
        $"temoto pull {repository}"
        + (file is null ? "" : $" --file {ShellWord.Of(file)}")
        + (revision == HubOptions.DefaultRevision ? "" : $" --revision {ShellWord.Of(revision)}");

    /// <summary>Looks at the manifest and at the sizes of the files; reads none of them.</summary>
    public StoredState Look()
    {
        if (File.Exists(NextManifestPath) || !File.Exists(ManifestPath))
            return new StoredState(StoredKind.Unfinished, null, "a pull that did not end", CommandToGoOn());
        try
        {
            var manifest = StoreManifest.Read(ManifestPath);
            foreach (var file in manifest.Files)
            {
                if (Problem(file) is { } problem)
                    return new StoredState(StoredKind.Damaged, manifest, problem, CommandThatMends(manifest, file.Path));
            }
            return new StoredState(StoredKind.Complete, manifest, null, null);
        }
        catch (InputException)
        {
            return new StoredState(StoredKind.Damaged, null, "a manifest that cannot be read", $"temoto pull {Name}");
        }
    }

    /// <summary>What to name in order to use the model: its name, or its files where they are models by themselves.</summary>
    public IReadOnlyList<string> RunNames(StoreManifest manifest)
    {
        var alone = manifest.Alone.Select(file => $"{Name}/{file}").ToArray();
        return manifest.IsDirectory ? [Name, .. alone] : alone.Length > 1 ? alone : [Name];
    }

    /// <summary>The path to open: the folder of a checkpoint, or the one file that is the model.</summary>
    /// <exception cref="InputException">The pull did not end, or there is a choice to make.</exception>
    public string PathToOpen(string? file)
    {
        var state = Look();
        if (state.Kind != StoredKind.Complete)
            throw new InputException(Name, null, $"{state.Problem} in {Folder}", "a whole model", $"run '{state.Command}': it fetches what is missing");
        var manifest = state.Manifest!;
        if (file is not null)
            return manifest.Files.Any(stored => stored.Path == file) ? PathOf(file) : throw NoSuchFile(manifest, file);
        var alone = manifest.Alone.ToArray();
        if (manifest.IsDirectory || alone.Length == 0)
            return Folder;
        return alone.Length == 1
            ? PathOf(alone[0])
            : throw new InputException(Name, null, $"{alone.Length} model files", "one", $"name one of {string.Join(", ", RunNames(manifest))}");
    }

    /// <summary>Where a file of the model lies.</summary>
    public string PathOf(string file) =>
        string.Equals(file.Split('/')[0], OwnFolder, StringComparison.OrdinalIgnoreCase)
            ? throw new InputException(Name, file, $"a file in {OwnFolder}", "a name that the store does not use itself", "fetch it with --to DIR")
            : HubPath.Under(Folder, file, Name);

    private string CommandToGoOn()
    {
        try
        {
            if (new FileInfo(CommandPath) is { Exists: true, Length: < 1024 } && File.ReadLines(CommandPath).FirstOrDefault() is { Length: > 0 } command)
                return command;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The plain command is nearly as good.
        }
        return $"temoto pull {Name}";
    }

    private static string CommandThatMends(StoreManifest manifest, string file) =>
        PullCommand(manifest.Repository, StoreManifest.OpensAlone(file) ? file : null, manifest.Revision);

    private string Own(string? file = null) => file is null ? Path.Combine(Folder, OwnFolder) : Path.Combine(Folder, OwnFolder, file);

    private string? Problem(HubFile file)
    {
        var path = PathOf(file.Path);
        if (!File.Exists(path))
            return $"no {file.Path}";
        // A user may have moved a large file to another disk and left a link.
        var lengthBytes = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).Length;
        return lengthBytes == file.SizeBytes ? null : $"{file.Path} of {lengthBytes:#,0} bytes in place of {file.SizeBytes:#,0}";
    }

    private InputException NoSuchFile(StoreManifest manifest, string file) =>
        new(
            Name, file, "no such file in the store",
            $"one of {string.Join(", ", manifest.Files.Select(stored => stored.Path))}", $"fetch it: {PullCommand(Name, file, manifest.Revision)}");
}
