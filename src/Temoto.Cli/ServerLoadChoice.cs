using System.CommandLine;

namespace Temoto.Cli;

/// <summary>The options of <c>bench --server URL</c>.</summary>
internal sealed class ServerLoadChoice
{
    private const int MostClients = 4096, MostRequests = 1_000_000, MostTokens = 1 << 24;
    private const double MostRate = 10_000, MostMilliseconds = 3_600_000;

    public Option<string?> Server { get; } = new("--server") { Description = "Time a server that speaks OpenAI's API, this or another, in place of a model: -p and -n give the tokens of prompts and answers", HelpName = "URL" };

    public Option<IReadOnlyList<int>> Clients { get; } = new("--clients") { Description = "With --server: so many ask at a time, each again as soon as it is answered", HelpName = "N,..", DefaultValueFactory = _ => [1] };

    public Option<IReadOnlyList<double>> Rate { get; } = new("--rate") { Description = "With --server, in place of --clients: requests a second that come at random, however long answers take", HelpName = "R,..", DefaultValueFactory = _ => [] };

    public Option<int> Requests { get; } = new("--requests") { Description = "With --server: requests of each load", HelpName = "N", DefaultValueFactory = _ => 32 };

    public Option<int> Shared { get; } = new("--shared") { Description = "With --server: tokens at the beginning of a prompt that all prompts have in common", HelpName = "N", DefaultValueFactory = _ => 0 };

    public Option<bool> NoReuse { get; } = new("--no-reuse") { Description = "With --server: ask it to compute each prompt anew (cache_prompt: false, which llama-server and temoto serve know)" };

    public Option<IReadOnlyList<double>> Goal { get; } = new("--goal") { Description = "With --server: count the answers that take at most so many milliseconds to the first token, and so many for each one after it", HelpName = "MS,MS", DefaultValueFactory = _ => [] };

    public Option<string?> ServedModel { get; } = new("--served-model") { Description = "With --server: the model's name there (default: the first that it lists)", HelpName = "NAME" };

    public Option<string?> KeyFile { get; } = new("--api-key-file") { Description = "With --server: the key is in the first line of this file, KEY or NAME KEY", HelpName = "FILE" };

    public ServerLoadChoice()
    {
        Clients.EachWithin(1, MostClients);
        Rate.EachWithin(0.001, MostRate);
        Requests.Within(1, MostRequests);
        Shared.Within(0, MostTokens);
        Goal.EachWithin(0.001, MostMilliseconds);
    }

    private Option[] Own => [Server, Clients, Rate, Requests, Shared, NoReuse, Goal, ServedModel, KeyFile];

    public void AddTo(Command command)
    {
        foreach (var option in Own)
            command.Options.Add(option);
    }

    /// <summary>Whether a server is to be timed. What belongs to the one and stands beside the other is refused.</summary>
    /// <param name="common">Options that both have.</param>
    public bool IsAsked(ParseResult parsed, Command command, params Option[] common)
    {
        var asked = parsed.GetValue(Server) is not null;
        var wrong = (asked ? command.Options.Except(Own).Except(common) : Own).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        if (wrong is not null)
        {
            throw asked
                ? new InputException(wrong.Name, null, "it beside --server", $"of the options only {string.Join(", ", Own.Concat(common).Select(option => option.Name))}", "leave it out: the server has chosen")
                : new InputException(wrong.Name, null, "it without --server", "a server to time", "give --server URL, or leave it out");
        }
        if (asked && parsed.GetResult(Clients) is { Implicit: false } && parsed.GetResult(Rate) is { Implicit: false })
            throw new InputException(Rate.Name, null, "--clients beside it", "one of them", "time one after the other");
        return asked;
    }
}
