using System.CommandLine;
using Temoto.Formats.Hub;

namespace Temoto.Cli;

/// <summary><c>temoto pull REPO</c>: downloads a checkpoint from a Hugging Face style hub; an interrupted download goes on where it stopped.</summary>
internal static class PullCommand
{
    public static Command Create()
    {
        var repository = new Argument<string>("REPO") { Description = "owner/name on the hub" };
        var revision = new Option<string>("--revision") { Description = "Branch, tag or commit", HelpName = "REV", DefaultValueFactory = _ => "main" };
        var endpoint = new Option<string?>("--endpoint") { Description = $"The hub (default: HF_ENDPOINT, else {HubOptions.DefaultEndpoint})", HelpName = "URL" };
        var to = new Option<string?>("--to") { Description = "Directory to write (default: the repository's name)", HelpName = "DIR" };
        var file = new Option<string?>("--file") { Description = "Fetch this one file, such as one .gguf of several", HelpName = "NAME" };
        var json = ModelChoice.JsonOption();
        var command = new Command("pull", "Download a checkpoint from a Hugging Face style hub; a token is taken from HF_TOKEN\n\nExample: temoto pull Qwen/Qwen2.5-0.5B-Instruct --to qwen2.5-0.5b") { repository, revision, endpoint, to, file, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(repository);
            var options = HubOptions.From(name, parsed.GetValue(endpoint), token: null, Environment.GetEnvironmentVariable) with
            {
                Revision = parsed.GetValue(revision)!,
                File = parsed.GetValue(file),
            };
            var directory = parsed.GetValue(to) ?? name[(name.LastIndexOf('/') + 1)..];
            HubDownloadResult? result = null;
            await ProgressBar.RunAsync(name, async bar => result = await HubDownload.RunAsync(options, directory, progress => bar.Report(progress.DoneBytes, progress.TotalBytes), cancellation));
            if (parsed.GetValue(json))
            {
                Console.WriteLine(Json.Document(document =>
                {
                    document.WriteString("repository", name);
                    document.WriteString("directory", directory);
                    document.WriteString("commit", result!.Commit);
                    document.WriteStartArray("files");
                    foreach (var fetched in result.Files)
                        document.WriteStringValue(fetched.Path);
                    document.WriteEndArray();
                    document.WriteNumber("downloaded_bytes", FetchedBytes(result));
                }));
            }
            else
            {
                await Console.Error.WriteLineAsync($"{directory}: {result!.Files.Count} files, {FetchedBytes(result):#,0} bytes downloaded; try: temoto run {directory} -p \"...\"");
            }
            return 0;
        });
        return command;
    }

    /// <summary>Files that were there already, with the right hash, are not fetched again.</summary>
    private static long FetchedBytes(HubDownloadResult result) => result.Files.Where(file => file.WasFetched).Sum(file => file.SizeBytes);
}
