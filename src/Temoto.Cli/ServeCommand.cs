using System.CommandLine;
using System.Globalization;
using System.Net;
using Temoto.Server;
using Temoto.Server.Embeddings;
using Temoto.Server.Http;
using Temoto.Server.Models;
using Temoto.Server.Operations;
using Temoto.Server.Scheduling;

namespace Temoto.Cli;

/// <summary><c>temoto serve MODEL</c>: answers OpenAI's, Ollama's and Anthropic's clients until it is told to stop.</summary>
internal static class ServeCommand
{
    private const string Description = """
        Serve a model to OpenAI's, Ollama's and Anthropic's clients, and to people as a web page

        Example: temoto serve demo

        Open the address that it prints in a browser for the page. It listens on this machine only, and prints five lines when the model is loaded. Beyond this machine (--host) it wants keys (--api-key-file) and a certificate (--tls-cert, --tls-key), or --insecure where another program keeps the line safe. Ctrl-C or SIGTERM takes nothing new on, lets what is under way end, and exits with 0; a second one ends at once. A line for each request goes to stderr, without prompts, answers and keys.
        """;

    private const int MostQueue = 100_000;

    public static Command Create()
    {
        var command = new Command("serve", Description);
        var model = new ModelChoice();
        var host = new Option<string?>("--host") { Description = "Address to listen at: localhost, or an address of this machine; 0.0.0.0 for all (default: localhost)", HelpName = "ADDRESS" };
        var port = new Option<int>("--port") { Description = "Port to listen at; 0 takes a free one", HelpName = "N", DefaultValueFactory = _ => ServerSettings.DefaultPort };
        var name = new Option<string?>("--alias") { Description = "The model's name for clients (default: MODEL, without folder and ending)", HelpName = "NAME" };
        var also = new Option<string[]>("--also") { Description = "Another model, under its own name or as NAME=MODEL; it is loaded when a request names it, and makes room for others when they need it. May be given several times", HelpName = "MODEL" };
        var embeddings = new Option<string?>("--embeddings") { Description = "A model that makes vectors, served beside MODEL (/v1/embeddings, /api/embed)", HelpName = "MODEL" };
        var slots = new Option<int?>("--slots") { Description = "Texts to generate at a time, each with a KV cache of its own, 1 to 64 (default: up to 4, as memory allows)", HelpName = "N" };
        var queue = new Option<int>("--queue") { Description = "Texts that may wait for a slot; beyond, clients are told to come again (429)", HelpName = "N", DefaultValueFactory = _ => new SchedulerSettings().QueueLength };
        var chunk = new Option<int>("--prompt-chunk") { Description = "Tokens of a prompt to compute between two tokens of other texts, 16 to 512", HelpName = "N", DefaultValueFactory = _ => new SchedulerSettings().ChunkTokens };
        var prefix = new Option<string?>("--prefix-cache-size") { Description = "What beginnings of prompts may take, kept for other requests (default: up to 256MiB, as memory allows); 0B keeps none", HelpName = "256MiB" };
        var kept = new Option<string?>("--prefix-cache") { Description = "Folder that keeps those beginnings across restarts; prompts can be read out of its files", HelpName = "FOLDER" };
        var keys = new Option<string?>("--api-key-file") { Description = "Who may ask: a key a line, or NAME KEY; read again when it changes", HelpName = "FILE" };
        var certificate = new Option<string?>("--tls-cert") { Description = "Certificate with its chain, in PEM; read again when it changes", HelpName = "FILE" };
        var privateKey = new Option<string?>("--tls-key") { Description = "Its private key, in PEM", HelpName = "FILE" };
        var insecure = new Option<bool>("--insecure") { Description = "Listen beyond this machine without TLS: another program keeps the line safe" };
        var hosts = new Option<string[]>("--allow-host") { Description = "Another name under which clients may ask, beside localhost and addresses; may be given several times", HelpName = "NAME" };
        var origins = new Option<string[]>("--cors-origin") { Description = "A web page's origin that may ask, such as https://chat.example; may be given several times (default: none)", HelpName = "ORIGIN" };
        var body = new Option<string?>("--max-body") { Description = "Largest request (default: 1MiB)", HelpName = "1MiB" };
        var connections = new Option<int>("--connections") { Description = "Connections at a time", HelpName = "N", DefaultValueFactory = _ => new ServerSettings().MostConnections };
        var limit = new Option<double>("--time-limit") { Description = "Seconds that a request may take, the wait for a slot included", HelpName = "SECONDS", DefaultValueFactory = _ => new SchedulerSettings().MostTime.TotalSeconds };
        var drain = new Option<double>("--drain") { Description = "Seconds that requests under way may take when the server is told to stop", HelpName = "SECONDS", DefaultValueFactory = _ => new ServerSettings().DrainTime.TotalSeconds };
        var noPage = new Option<bool>("--no-page") { Description = "No web page at /: the APIs only" };
        var quiet = new Option<bool>("--no-log") { Description = "No line for each request: only faults, and notes about files" };
        var unit = new Option<bool>("--print-systemd-unit") { Description = "Print a hardened unit of systemd with these options, and do nothing else" };
        port.Within(0, 65535);
        slots.Within(1, ServerSettings.MostSlots);
        queue.Within(0, MostQueue);
        chunk.Within(16, 512);
        connections.Within(1, MostQueue);
        limit.Within(1, 86400);
        drain.Within(0, 3600);
        model.AddTo(command);
        foreach (var option in new Option[] { host, port, name, also, embeddings, slots, queue, chunk, prefix, kept, keys, certificate, privateKey, insecure, hosts, origins, body, connections, limit, drain, noPage, quiet, unit })
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            var given = parsed.GetRequiredValue(model.Model);
            var settings = new ServerSettings
            {
                Address = AddressOf(parsed.GetValue(host)),
                Port = parsed.GetValue(port),
                Slots = parsed.GetValue(slots),
                PrefixCacheBytes = parsed.GetValue(prefix) is "0" or "0B" ? 0 : ByteSize.Parse(prefix.Name, parsed.GetValue(prefix)),
                PrefixCacheFolder = parsed.GetValue(kept) is "" ? throw new InputException(kept.Name, null, "nothing", "a folder", "name one, or leave it out") : parsed.GetValue(kept),
                Scheduler = new SchedulerSettings
                {
                    QueueLength = parsed.GetValue(queue),
                    ChunkTokens = parsed.GetValue(chunk),
                    MostTime = TimeSpan.FromSeconds(parsed.GetValue(limit)),
                },
                ApiKeyFile = parsed.GetValue(keys),
                TlsCertificateFile = parsed.GetValue(certificate),
                TlsKeyFile = parsed.GetValue(privateKey),
                HostNames = parsed.GetValue(hosts) ?? [],
                Origins = [.. (parsed.GetValue(origins) ?? []).Select(OriginOf)],
                MostBodyBytes = ByteSize.Parse(body.Name, parsed.GetValue(body)) ?? new ServerSettings().MostBodyBytes,
                MostConnections = parsed.GetValue(connections),
                HasPage = !parsed.GetValue(noPage),
                DrainTime = TimeSpan.FromSeconds(parsed.GetValue(drain)),
            };
            RequireSafety(settings, parsed.GetValue(insecure));
            if (parsed.GetValue(unit))
            {
                Console.Write(SystemdUnit.Text(parsed.Tokens.Select(token => token.Value).Where(word => word != unit.Name), settings));
                return 0;
            }
            var options = model.Options(parsed) with { MemoryPlanned = null, MaxBatchSequences = settings.Slots ?? ServerSettings.DefaultSlots };
            var sources = Sources([(parsed.GetValue(name) ?? NameOf(given), given), .. (parsed.GetValue(also) ?? []).Select(Named)], options, cancellation);
            var log = new AccessLog(Console.Error, requests: !parsed.GetValue(quiet));
            await using var server = await TemotoServer.StartAsync(settings, sources, log, Embedder(parsed.GetValue(embeddings), options, settings));
            var served = await server.Models.Ready;
            await PrintAsync(server, served, settings, given, parsed.GetValue(model.Json));
            ServiceNotification.Ready();
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ServiceNotification.Stopping();
            await server.StopAsync();
            return 0;
        });
        return command;
    }

    /// <summary>NAME=MODEL; a file or folder may have the sign in its name.</summary>
    private static (string Name, string Model) Named(string given) => given.Split('=', 2) is [var name, var model] && name.Length > 0 && !Path.Exists(given) ? (name, model) : (NameOf(given), given);

    /// <exception cref="InputException">A model is not there, or two have one name.</exception>
    private static List<ModelSource> Sources(IReadOnlyList<(string Name, string Model)> models, ModelOptions options, CancellationToken cancellation)
    {
        var sources = new List<ModelSource>();
        foreach (var (name, model) in models)
        {
            if (sources.Any(source => source.IsNamed(name)))
                throw new InputException("--also", null, $"'{name}', the name of two models", "a name for each", "give one as NAME=MODEL");
            var path = ModelChoice.Resolve(model);
            // The first one is loaded at once, and says so itself.
            if (sources.Count > 0 && !Path.Exists(path))
                throw new InputException("--also", null, $"'{model}', which is not there", "a file, a folder, or a name that 'temoto list' shows", "check the path");
            var verified = ModelChoice.Verified(path, options, cancellation);
            sources.Add(new ModelSource(name, sources.Count == 0 ? plan => LanguageModel.Load(path, verified with { MemoryPlanned = plan }) : plan => LoadAlso(path, verified with { MemoryPlanned = plan })));
        }
        return sources;
    }

    /// <summary>An adapter is MODEL's own; a context beyond a model's limit is its limit.</summary>
    private static LanguageModel LoadAlso(string path, ModelOptions options)
    {
        options = options with { Adapter = null };
        try
        {
            return LanguageModel.Load(path, options);
        }
        catch (OptionException error) when (error.ParamName == $"{nameof(ModelOptions)}.{nameof(ModelOptions.ContextTokens)}")
        {
            return LanguageModel.Load(path, options with { ContextTokens = null });
        }
    }

    /// <summary>Null where none was asked for. It has the threads of the model, and its own length of texts.</summary>
    private static Func<ServedEmbedder>? Embedder(string? given, ModelOptions options, ServerSettings settings)
    {
        if (given is null)
            return null;
        var path = ModelChoice.Resolve(given);
        return () => new ServedEmbedder(NameOf(given), EmbeddingModel.Load(path, new ModelOptions { Threads = options.Threads, Kernels = options.Kernels, Load = options.Load }), settings.Scheduler.QueueLength, settings.Scheduler.MostTime);
    }

    /// <summary>A file's name without its ending, a folder's, or the name that was given.</summary>
    internal static string NameOf(string model)
    {
        if (File.Exists(model))
            return Path.GetFileNameWithoutExtension(model);
        return Directory.Exists(model) ? Path.GetFileName(Path.GetFullPath(model).TrimEnd('/', '\\')) : model;
    }

    private static async Task PrintAsync(TemotoServer server, ServedModel served, ServerSettings settings, string given, bool json)
    {
        var info = served.Model.Info;
        var scheduler = served.Scheduler.Settings;
        var url = server.Url.ToString().TrimEnd('/');
        if (json)
        {
            var document = new Serving(url, given, served.Name, info.ModelType, info.ParameterCount, info.ContextTokens, scheduler.Slots, scheduler.QueueLength, scheduler.PrefixCacheBytes, server.Keys?.Count ?? 0, settings.TlsCertificateFile is not null, server.Models.Names);
            await Console.Out.WriteLineAsync(Json.Document(document, ResultContext.Default.Serving));
            await Console.Out.FlushAsync();
            return;
        }
        var memory = info.Memory;
        List<string> lines =
        [
            $"serving  {url} ({(settings.HasPage ? "page: /, " : "")}OpenAI: /v1, Anthropic: /v1/messages, Ollama: /api)",
            string.Create(CultureInfo.InvariantCulture, $"model    {served.Name}: {info.ModelType}, {info.ParameterCount / 1e6:#,0.0} M parameters, context {info.ContextTokens} tokens"),
            $"slots    {scheduler.Slots}, queue {scheduler.QueueLength}",
            string.Create(CultureInfo.InvariantCulture, $"memory   weights {MemoryPlan.Mebibytes(memory.WeightBytes)}, KV caches {MemoryPlan.Mebibytes(memory.KvBytes * scheduler.Slots)}, activations {MemoryPlan.Mebibytes(memory.ArenaBytes)}, prefix cache up to {MemoryPlan.Mebibytes(scheduler.PrefixCacheBytes)}"),
            $"keys     {KeyState(server, settings)}",
        ];
        if (server.Models.Names.Count > 1)
            lines.Insert(2, $"also     {string.Join(", ", server.Models.Names.Skip(1))}: loaded when asked for, all together within {MemoryPlan.Mebibytes(memory.AvailableBytes)}");
        if (server.Models.Embedder is { } embedder)
            lines.Insert(2, $"vectors  {embedder.Name}: {embedder.Model.ModelType}, {embedder.Model.Dimensions} dimensions, texts of up to {embedder.Model.MaxTokens} tokens");
        foreach (var line in lines)
            await Console.Out.WriteLineAsync(line);
        await Console.Out.FlushAsync();
    }

    private static string KeyState(TemotoServer server, ServerSettings settings) =>
        $"{(server.Keys is { } keys ? $"{keys.Count} in {settings.ApiKeyFile}" : "none: whoever reaches this machine's own address may ask")}{(settings.TlsCertificateFile is null ? "; no TLS" : "; TLS")}";

    private static IPAddress AddressOf(string? host)
    {
        if (host is null or "localhost")
            return IPAddress.Loopback;
        return IPAddress.TryParse(host, out var address)
            ? address
            : throw new InputException("--host", null, $"'{host}'", "localhost, or an IP address of this machine", "0.0.0.0 listens at all of them; names for clients go to --allow-host");
    }

    /// <summary>Scheme, name and port as browsers send them.</summary>
    private static string OriginOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text.TrimEnd('/')
            ? text.TrimEnd('/')
            : throw new InputException("--cors-origin", null, $"'{text}'", "scheme, name and port if it is not the usual one", "for example https://chat.example");

    private static void RequireSafety(ServerSettings settings, bool insecure)
    {
        if ((settings.TlsCertificateFile is null) != (settings.TlsKeyFile is null))
            throw new InputException(settings.TlsKeyFile is null ? "--tls-cert" : "--tls-key", null, "it alone", "--tls-cert and --tls-key together", "give both files");
        if (IPAddress.IsLoopback(settings.Address))
            return;
        if (settings.ApiKeyFile is null)
            throw new InputException("--host", null, $"{settings.Address} without keys", "--api-key-file beyond this machine", "make a key: openssl rand -hex 32 > keys");
        if (settings.TlsCertificateFile is null && !insecure)
            throw new InputException("--host", null, $"{settings.Address} without TLS, where keys could be read on the line", "--tls-cert and --tls-key, or --insecure", "give a certificate, or --insecure where another program keeps the line safe");
    }
}

/// <summary>What is served, and where.</summary>
internal sealed record Serving(
    string Url, string Model, string Name, string ModelType, long Parameters, int ContextTokens, int Slots, int Queue, long PrefixCacheBytes, int Keys, bool Tls, IReadOnlyList<string> Models);
