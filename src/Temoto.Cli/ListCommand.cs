using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Hub;

namespace Temoto.Cli;

/// <summary><c>temoto list</c>: what <c>pull</c> fetched, under the names that the other verbs take.</summary>
internal static class ListCommand
{
    /// <summary>A line of the list. What is null is not known.</summary>
    /// <param name="Note">Why it cannot be used as it is, or what else there is to know; null for a model that is simply there.</param>
    private sealed record Row(
        string Name, StoredModel Model, StoredState State, string? Format, string? ModelType, long? Parameters, long SizeBytes, string? Note);

    private static readonly string[] Titles = ["NAME", "FORMAT", "TYPE", "PARAMETERS", "SIZE", "COMMIT", "PULLED"];

    public static Command Create()
    {
        var json = ModelChoice.JsonOption();
        var command = new Command("list", "List the models that pull fetched\n\nExample: temoto list") { json };
        command.SetAction(parsed =>
        {
            var store = ModelStore.Required();
            var rows = store.Models().SelectMany(Rows).ToList();
            if (parsed.GetValue(json))
                PrintJson(store, rows);
            else if (rows.Count == 0)
                Console.Error.WriteLine($"no models in {store.Root}; fetch one: temoto pull Qwen/Qwen2.5-0.5B-Instruct");
            else
                Print(rows);
            return 0;
        });
        return command;
    }

    private static IEnumerable<Row> Rows(StoredModel model)
    {
        var state = model.Look();
        if (state.Kind != StoredKind.Complete)
            return [new Row(model.Name, model, state, null, null, null, model.SizeBytes, $"{Word(state.Kind)}: {state.Problem}; run {state.Command}")];
        var names = model.RunNames(state.Manifest!);
        return names.Select(name => Describe(name, model, state, isWhole: names.Count == 1));
    }

    private static Row Describe(string name, StoredModel model, StoredState state, bool isWhole)
    {
        var file = name == model.Name ? null : name[(model.Name.Length + 1)..];
        var files = state.Manifest!.Files.Where(stored => file is null ? !StoreManifest.OpensAlone(stored.Path) : StoreManifest.GoesWith(stored.Path, file));
        var sizeBytes = isWhole ? model.SizeBytes : files.Sum(stored => stored.SizeBytes!.Value);
        var note = model.HasUnfinishedPull ? "a newer pull did not end" : null;
        try
        {
            using var checkpoint = CheckpointReader.Open(model.PathToOpen(file));
            var parameters = checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount);
            return new Row(name, model, state, checkpoint.Format, checkpoint.Config.ModelType, parameters, sizeBytes, note);
        }
        catch (InputException error)
        {
            return new Row(name, model, state, null, null, null, sizeBytes, $"cannot be used: {error.Message}");
        }
    }

    private static void Print(List<Row> rows)
    {
        List<string[]> cells = [Titles, .. rows.Select(Cells)];
        var widths = Enumerable.Range(0, Titles.Length).Select(column => cells.Max(row => row[column].Length)).ToArray();
        foreach (var (row, i) in cells.Select((row, i) => (row, i)))
        {
            Console.WriteLine(string.Join("  ", row.Select(Padded)).TrimEnd());
            if (i > 0 && rows[i - 1].Note is { } note)
                Console.WriteLine($"  {note}");
        }

        // Parameters and sizes are figures.
        string Padded(string cell, int column) => column is 3 or 4 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]);
    }

    private static string[] Cells(Row row) =>
    [
        row.Name, row.Format ?? "-", row.ModelType ?? "-", row.Parameters is { } parameters ? Short(parameters) : "-", $"{row.SizeBytes / 1e6:#,0.0} MB",
        row.State.Manifest is { } manifest ? manifest.Commit[..Math.Min(8, manifest.Commit.Length)] : "-",
        row.State.Manifest?.Pulled.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-",
    ];

    /// <summary>"494 M", "7.6 B".</summary>
    private static string Short(long parameters) => parameters switch
    {
        >= 1_000_000_000 => $"{parameters / 1e9:0.0} B",
        >= 1_000_000 => $"{parameters / 1e6:0} M",
        _ => $"{parameters / 1e3:0} k",
    };

    private static string Word(StoredKind kind) => kind.ToString().ToLowerInvariant();

    private static void PrintJson(ModelStore store, List<Row> rows) =>
        Console.WriteLine(Json.Document(new StoreListing(store.Root, rows.Select(Listed)), ResultContext.Default.StoreListing));

    private static ListedModel Listed(Row row) => new(
        row.Name, Word(row.State.Kind), row.Model.Folder, row.Format, row.ModelType, row.Parameters, row.SizeBytes, row.State.Manifest?.Revision, row.State.Manifest?.Commit,
        row.State.Manifest?.Pulled.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), row.Note);
}

/// <summary>The document of <c>list</c>.</summary>
internal sealed record StoreListing(string Store, IEnumerable<ListedModel> Models);

/// <summary>A line of the list; what is not known is null.</summary>
internal sealed record ListedModel(
    string Name,
    string State,
    string Directory,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Format,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? ModelType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Parameters,
    long Bytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Revision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Commit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Pulled,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Note);
