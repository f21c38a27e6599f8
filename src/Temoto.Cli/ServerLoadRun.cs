using System.CommandLine;
using System.Net.Http.Headers;
using Temoto.Evaluation.Serving;

namespace Temoto.Cli;

/// <summary><c>temoto bench --server URL</c>: how a server holds up when several ask.</summary>
internal sealed class ServerLoadRun
{
    /// <summary>Prompts are the same in every run, so that servers can be set side by side.</summary>
    private const ulong Seed = 1;

    private readonly Uri address;
    private readonly string? key;
    private readonly string? model;
    private readonly int requests, sharedTokens;
    private readonly bool reuses;
    private readonly ServerGoal? goal;
    private readonly List<ServerTest> tests;

    /// <summary>Reads what is asked for.</summary>
    /// <exception cref="InputException">It cannot be asked for.</exception>
    public ServerLoadRun(ParseResult parsed, ServerLoadChoice choice, Option<IReadOnlyList<int>> prompts, Option<IReadOnlyList<int>> answers)
    {
        address = Root(parsed.GetValue(choice.Server)!);
        model = parsed.GetValue(choice.ServedModel);
        requests = parsed.GetValue(choice.Requests);
        sharedTokens = parsed.GetValue(choice.Shared);
        reuses = !parsed.GetValue(choice.NoReuse);
        goal = parsed.GetRequiredValue(choice.Goal) switch
        {
            [] => null,
            [var first, var token] => new ServerGoal(first / 1000, token / 1000),
            var other => throw new InputException(choice.Goal.Name, null, $"{other.Count} numbers", "two: milliseconds to the first token, and for each one after it", "for example --goal 500,100"),
        };
        tests = Tests(parsed, choice, Least(parsed, prompts), Least(parsed, answers));
        key = parsed.GetValue(choice.KeyFile) is { } path ? Key(path) : null;
    }

    public async Task<int> RunAsync(bool asJson, CancellationToken cancellation)
    {
        // A connection for each request: some servers close kept ones just when the next request comes (llama-server does behind a streamed answer), which is not what is measured.
        using var connections = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        using var http = new HttpClient(connections, disposeHandler: false) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        var name = model ?? await ServerClient.FirstModelAsync(http, cancellation);
        var client = new ServerClient(http, name, TimeProvider.System, reuses);
        var prompts = new WordPrompts(await TokensPerWordAsync(client, WordPrompts.MeasuredWords(tests.Min(test => test.PromptTokens)), cancellation), sharedTokens, Seed);
        var load = new ServerLoad(client, prompts, requests, Seed, TimeProvider.System);
        var results = new List<ServerLoadResult>();
        await ProgressBar.RunAsync("bench", async bar =>
        {
            foreach (var (i, test) in tests.Index())
                results.Add(await load.RunAsync(test, i * requests, (done, all) => bar.Report(i * all + done, tests.Count * all), cancellation));
        }, inBytes: false);
        var report = new ServerLoadReport(address, name, requests, sharedTokens, goal, results);
        Console.WriteLine(asJson ? report.Json() : report.Markdown());
        return 0;
    }

    /// <summary>One answer that is not counted: what a word takes, and a server that is warm.</summary>
    private static async Task<double> TokensPerWordAsync(ServerClient client, int words, CancellationToken cancellation)
    {
        var answer = await client.AskAsync(WordPrompts.MeasureText(Seed, words), 2, TimeProvider.System.GetTimestamp(), cancellation);
        return answer switch
        {
            { End: not AnswerEnd.Whole } => throw new InputException("--server", null, answer.Fault ?? "no place for a first request (429 or 503)", "an answer of /v1/completions", "wait until the server is ready, and see what it logs"),
            { PromptTokens: 0 } => throw new InputException("--server", null, "an answer without usage", "prompt_tokens where stream_options.include_usage is asked for", "time a server that tells them"),
            _ => (double)answer.PromptTokens / words,
        };
    }

    private static List<ServerTest> Tests(ParseResult parsed, ServerLoadChoice choice, List<int> prompts, List<int> answers)
    {
        IEnumerable<(int? Clients, double? Rate)> loads = parsed.GetRequiredValue(choice.Rate) is { Count: > 0 } rates
            ? rates.Distinct().Select(rate => ((int?)null, (double?)rate))
            : parsed.GetRequiredValue(choice.Clients).Distinct().Select(count => ((int?)count, (double?)null));
        return [.. loads.SelectMany(load => prompts.SelectMany(prompt => answers.Select(answer => new ServerTest(load.Clients, load.Rate, prompt, answer))))];
    }

    /// <summary>Each number once; a server makes no text of nothing.</summary>
    private static List<int> Least(ParseResult parsed, Option<IReadOnlyList<int>> option)
    {
        var numbers = parsed.GetRequiredValue(option).Distinct().ToList();
        return numbers.Contains(0) ? throw new InputException(option.Name, null, "0 beside --server", "numbers from 1", "a prompt and an answer have a token at least") : numbers;
    }

    /// <summary>Where the server's paths begin: addresses are given with and without /v1.</summary>
    private static Uri Root(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw new InputException("--server", null, $"'{address}'", "an address that begins with http:// or https://", "for example http://127.0.0.1:8080");
        var path = uri.AbsolutePath.TrimEnd('/');
        return new Uri(uri, (path.EndsWith("/v1", StringComparison.Ordinal) ? path[..^3] : path) + "/");
    }

    private static string Key(string path) => TextFile.Read(path).Split('\n').Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(words => words is [not ['#', ..], ..]) switch
    {
        null => throw new InputException(path, null, "no key", "a key, or a name and a key, in a line", "put the key there"),
        [.., var key] when key.StartsWith("sha256:", StringComparison.Ordinal) => throw new InputException(path, null, "a hash", "the key itself", "put the key there"),
        var words => words[^1],
    };
}
