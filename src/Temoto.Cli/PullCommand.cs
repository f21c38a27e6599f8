using System.CommandLine;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Hub;
using Temoto.Models;

namespace Temoto.Cli;

/// <summary>
/// <c>temoto pull REPO</c>: downloads a checkpoint from a Hugging Face style hub into the store, or into a directory;
/// an interrupted download goes on where it stopped.
/// </summary>
internal static class PullCommand
{
    private const string Description =
        "Download a checkpoint from a Hugging Face style hub; a token is taken from HF_TOKEN\n\nExample: temoto pull Qwen/Qwen2.5-0.5B-Instruct";

    public static Command Create()
    {
        var repository = new Argument<string>("REPO") { Description = "owner/name on the hub" };
        var revision = new Option<string>("--revision")
        {
            Description = "Branch, tag or commit",
            HelpName = "REV",
            DefaultValueFactory = _ => HubOptions.DefaultRevision,
        };
        var endpoint = new Option<string?>("--endpoint") { Description = $"The hub (default: HF_ENDPOINT, else {HubOptions.DefaultEndpoint})", HelpName = "URL" };
        var to = new Option<string?>("--to")
        {
            Description = $"A directory to write (default: the store, {ModelStore.EnvironmentVariable} or temoto/models in your data folder)",
            HelpName = "DIR",
        };
        var file = new Option<string?>("--file") { Description = "Fetch this one file, such as one .gguf of several; of a split model all parts come, whichever is named", HelpName = "NAME" };
        var json = ModelChoice.JsonOption();
        var command = new Command("pull", Description) { repository, revision, endpoint, to, file, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = HubOptions.From(parsed.GetRequiredValue(repository), parsed.GetValue(endpoint), token: null, Environment.GetEnvironmentVariable) with
            {
                Revision = parsed.GetValue(revision)!,
                File = parsed.GetValue(file),
            };
            var directory = parsed.GetValue(to);
            if (directory?.Length == 0)
                throw new InputException("--to", null, "an empty name", "a directory to write", "give a name, or leave --to out for the store");
            var (result, model) = directory is null ? await PullAsync(options, cancellation) : await PullAsync(options, directory, cancellation);
            if (parsed.GetValue(json))
                PrintJson(options.Repository, directory ?? result.Directory, result);
            else
                await Console.Error.WriteLineAsync(
                    $"{directory ?? options.Repository}: {result.Files.Count} files, {FetchedBytes(result):#,0} bytes downloaded; "
                    + $"try: temoto {Trial(directory ?? result.Directory, ShellWord.Of(model))}");
            return 0;
        });
        return command;
    }

    /// <summary>A command that shows what the model does; what cannot be read is said by who tries.</summary>
    private static string Trial(string directory, string model) => TypeOf(directory) switch
    {
        { MakesVectors: true, SeesPictures: true } => $"embed {model} --image picture.jpg",
        { MakesVectors: true } => $"embed {model} --text \"...\"",
        { SeesPictures: true } => $"run {model} --image picture.jpg",
        _ => $"run {model} -p \"...\"",
    };

    private static ModelType? TypeOf(string directory)
    {
        var path = Path.Combine(directory, HuggingFaceConfig.FileName);
        try
        {
            return File.Exists(path) ? ModelTypes.Of(HuggingFaceConfig.Read(path)) : null;
        }
        catch (InputException)
        {
            return null;
        }
    }

    /// <summary>Into the store.</summary>
    /// <returns>What came, and the name to run it by.</returns>
    private static async Task<(HubDownloadResult Result, string Model)> PullAsync(HubOptions options, CancellationToken cancellation)
    {
        var store = ModelStore.Required();
        HubDownloadResult? result = null;
        await ProgressBar.RunAsync(options.Repository, async bar => result = await StorePull.RunAsync(
            options, store, progress => bar.Report(progress.DoneBytes, progress.TotalBytes),
            () => Console.Error.WriteLine($"{options.Repository}: waiting for another pull of it to end"), cancellation));
        var model = store.For(options.Repository);
        var names = model.RunNames(StoreManifest.Read(model.ManifestPath));
        // Of several files, the one that was asked for.
        return (result!, names.Count > 1 && options.File is not null && names.FirstOrDefault(name => name == $"{model.Name}/{result!.Files[0].Path}") is { } asked ? asked : names[0]);
    }

    /// <summary>Into a plain directory.</summary>
    /// <returns>What came, and the path to run it by.</returns>
    private static async Task<(HubDownloadResult Result, string Model)> PullAsync(HubOptions options, string directory, CancellationToken cancellation)
    {
        HubDownloadResult? result = null;
        await ProgressBar.RunAsync(options.Repository, async bar => result = await HubDownload.RunAsync(
            options, directory, progress => bar.Report(progress.DoneBytes, progress.TotalBytes), cancellation));
        var first = result!.Files[0].Path;
        return (result, StoreManifest.OpensAlone(first) && result.Files.All(file => StoreManifest.GoesWith(file.Path, first)) ? Path.Combine(directory, first) : directory);
    }

    private static void PrintJson(string repository, string directory, HubDownloadResult result) =>
        Console.WriteLine(Json.Document(
            new Pulled(repository, directory, result.Commit, result.Files.Select(file => file.Path), FetchedBytes(result)), ResultContext.Default.Pulled));

    /// <summary>Files that were there already, with the right hash, are not fetched again.</summary>
    private static long FetchedBytes(HubDownloadResult result) => result.Files.Where(file => file.WasFetched).Sum(file => file.SizeBytes);
}

/// <summary>The document of <c>pull</c>.</summary>
internal sealed record Pulled(string Repository, string Directory, string? Commit, IEnumerable<string> Files, long DownloadedBytes);
