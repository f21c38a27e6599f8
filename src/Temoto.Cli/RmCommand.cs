using System.CommandLine;
using Temoto.Formats.Hub;

namespace Temoto.Cli;

/// <summary><c>temoto rm NAME...</c>: removes from the store what <c>pull</c> fetched, finished or not.</summary>
internal static class RmCommand
{
    private const string Description =
        "Remove pulled models from the disk; one that is running goes on running (Windows: is refused)\n\nExample: temoto rm Qwen/Qwen2.5-0.5B-Instruct";

    public static Command Create()
    {
        var names = new Argument<string[]>("NAME") { Description = "A model as 'temoto list' names it", Arity = ArgumentArity.OneOrMore };
        names.CompletionSources.Add(_ => ModelStore.Here is { } store ? store.Models().Select(model => model.Name) : []);
        var json = ModelChoice.JsonOption();
        var command = new Command("rm", Description) { names, json };
        command.SetAction(parsed =>
        {
            var store = ModelStore.Required();
            var named = parsed.GetRequiredValue(names).Select(name => Find(store, name)).DistinctBy(target => (target.Model.Folder, target.File)).ToList();
            // A model goes with its files, whichever of them were named beside it.
            var targets = named.Where(target => target.File is null || named.All(other => other.File is not null || other.Model.Folder != target.Model.Folder)).ToList();
            // All names are looked at before the first is removed.
            foreach (var (model, file) in targets)
                StoreRemoval.Check(store, model, file);
            var removed = targets.Select(target => Remove(store, target.Model, target.File)).ToList();
            if (parsed.GetValue(json))
                PrintJson(removed);
            return 0;
        });
        return command;
    }

    private static (StoredModel Model, string? File) Find(ModelStore store, string name)
    {
        if (store.Find(name) is { } found)
            return (found.Model, found.File is null ? null : StoreManifest.NameOf(found.File));
        var close = CloseNames.Of(name, store.Models().Select(model => model.Name));
        var next = close.Count == 0 ? "see temoto list" : $"did you mean {string.Join(" or ", close)}?";
        throw new InputException(name, null, $"no such model in {store.Root}", "a name that 'temoto list' shows", next);
    }

    private static RemovedModel Remove(ModelStore store, StoredModel model, string? file)
    {
        var name = file is null ? model.Name : $"{model.Name}/{file}";
        var (freedBytes, leftFiles) = StoreRemoval.Remove(store, model, file);
        var left = leftFiles == 0 ? "" : $"; left {leftFiles} files in {model.Folder} that pull did not fetch";
        Console.Error.WriteLine($"{name}: removed, {freedBytes:#,0} bytes freed{left}");
        return new RemovedModel(name, freedBytes, leftFiles);
    }

    private static void PrintJson(List<RemovedModel> removed) =>
        Console.WriteLine(Json.Document(new Removal(removed, removed.Sum(item => item.FreedBytes)), ResultContext.Default.Removal));
}

/// <summary>The document of <c>rm</c>.</summary>
internal sealed record Removal(IReadOnlyList<RemovedModel> Removed, long FreedBytes);

/// <summary>What went of one model.</summary>
internal sealed record RemovedModel(string Name, long FreedBytes, int LeftFiles);
