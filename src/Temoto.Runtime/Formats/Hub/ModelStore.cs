namespace Temoto.Formats.Hub;

/// <summary>The folder that <c>pull</c> fills and in which a model is found by its name on the hub.</summary>
internal sealed class ModelStore(string root)
{
    public const string EnvironmentVariable = "TEMOTO_MODELS";

    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>
    /// TEMOTO_MODELS, else temoto/models under XDG_DATA_HOME, ~/.local/share or what the system has in their place. Null where there is no such directory.
    /// </summary>
    public static ModelStore? Here
    {
        get
        {
            if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } path)
                return new ModelStore(path);
            var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return folder.Length == 0 ? null : new ModelStore(Path.Combine(folder, "temoto", "models"));
        }
    }

    /// <summary>The same for verbs that cannot do without.</summary>
    public static ModelStore Required()
    {
        const string expected = "a folder to keep models in";
        var store = Here ?? throw new InputException(EnvironmentVariable, null, "neither it nor a home directory", expected, $"set {EnvironmentVariable}");
        return File.Exists(store.Root) ? throw new InputException(store.Root, null, "a file", expected, $"set {EnvironmentVariable} to a folder") : store;
    }

    /// <summary>Everything that was pulled, in the order of the names.</summary>
    public IReadOnlyList<StoredModel> Models() =>
    [
        .. from owner in FoldersIn(Root)
           where owner == StoredModel.NoOwner || HubPath.IsRepositoryPart(owner)
           from name in FoldersIn(Path.Combine(Root, owner))
           where HubPath.IsRepositoryPart(name)
           let model = new StoredModel(Root, owner, name)
           where model.Exists
           orderby model.Name
           select model,
    ];

    /// <summary>The place of a repository, whether it was pulled or not.</summary>
    public StoredModel For(string repository)
    {
        HubPath.CheckRepository(repository);
        var slash = repository.IndexOf('/');
        var (owner, name) = slash < 0 ? (StoredModel.NoOwner, repository) : (repository[..slash], repository[(slash + 1)..]);
        HubPath.Under(Root, $"{owner}/{name}", repository);
        return new StoredModel(Root, owner, name);
    }

    /// <summary>
    /// The model called <c>owner/name</c>, or <c>name</c> where one owner alone has it, with the file named behind it. Names are compared with those
    /// that are there and never made into paths, so none can lead out of the store.
    /// </summary>
    /// <exception cref="InputException">Several owners have the name.</exception>
    public (StoredModel Model, string? File)? Find(string text)
    {
        var models = Models();
        return Find(text, models, model => model.Name) ?? Find(text, models, model => model.ShortName);
    }

    private static (StoredModel Model, string? File)? Find(string text, IReadOnlyList<StoredModel> models, Func<StoredModel, string> nameOf)
    {
        // The longest: "gpt2/x.gguf" may be a repository as well as a file of one.
        var found = models.Where(model => IsOf(text, nameOf(model))).OrderByDescending(model => nameOf(model).Length).ToArray();
        if (found.Length == 0)
            return null;
        var name = nameOf(found[0]);
        var same = found.Where(model => nameOf(model) == name).ToArray();
        if (same.Length > 1)
        {
            var names = string.Join(", ", same.Select(model => model.Name));
            throw new InputException(text, null, $"{same.Length} models of this name", "one", $"name one of {names}");
        }
        return (found[0], text.Length == name.Length ? null : text[(name.Length + 1)..]);
    }

    private static bool IsOf(string text, string name) =>
        text == name || (text.StartsWith($"{name}/", StringComparison.Ordinal) && StoreManifest.OpensAlone(text));

    private static IEnumerable<string> FoldersIn(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateDirectories().Select(directory => directory.Name) : [];
}
