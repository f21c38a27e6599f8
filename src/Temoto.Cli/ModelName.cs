using Temoto.Formats.Checkpoints;
using Temoto.Formats.Hub;

namespace Temoto.Cli;

/// <summary>What MODEL may name: a path, a model that ships with the command, or one that <c>pull</c> fetched.</summary>
internal static class ModelName
{
    /// <summary>Models that ship with the command, in a folder beside it.</summary>
    private static readonly string[] BuiltInNames = ["demo", "demo-vision"];

    /// <summary>A path that is there wins; then the built-in names; then the store.</summary>
    public static string Resolve(string model) => Resolve(model, ModelStore.Here);

    public static string Resolve(string model, ModelStore? store)
    {
        if (Path.Exists(model))
            return ModelFolder.Follow(model);
        if (BuiltInNames.Contains(model))
            return BuiltIn(model);
        if (store?.Find(model) is { } found)
            return found.Model.PathToOpen(found.File);
        return LooksLikeRepository(model) ? throw NotFound(model) : model;
    }

    /// <summary>For completion: what can be named beside paths.</summary>
    public static IEnumerable<string> All() => [.. BuiltInNames, .. ModelStore.Here is { } store ? Pulled(store) : []];

    /// <summary>The names of complete models, as verbs take them.</summary>
    private static IEnumerable<string> Pulled(ModelStore store) =>
        from model in store.Models()
        let state = model.Look()
        where state.Kind == StoredKind.Complete
        from name in model.RunNames(state.Manifest!)
        select name;

    private static string BuiltIn(string model)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "models", model);
        return Directory.Exists(folder)
            ? folder
            : throw new InputException(
                model, null, "no such built-in model in this installation",
                $"the folder models/{model} beside the command", "name a checkpoint directory or file instead");
    }

    /// <summary>owner/name, and not the name of a file: those get the error line of whoever opens them.</summary>
    private static bool LooksLikeRepository(string model) =>
        model.Split('/') is { Length: 2 } parts && parts.All(HubPath.IsRepositoryPart)
        && !StoreManifest.OpensAlone(model) && !model.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);

    private static InputException NotFound(string model) =>
        new(
            model, null, "no such file or directory, nor a pulled model of this name",
            "a path, or a name that 'temoto list' shows", $"fetch it: temoto pull {model}");
}
