using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Formats.Hub;

/// <summary>Speaks the Hugging Face hub's HTTP: lists a repository and opens its files, following redirects itself so that the token stays at home.</summary>
internal sealed class HubClient : IDisposable
{
    private const int MaxRedirects = 8;

    /// <summary>The largest real listings have some thousand files.</summary>
    private const int MaxListingBytes = 16 << 20;

    /// <summary>A petabyte: no file is larger, and sums of sizes stay far from overflow.</summary>
    public const long LargestFileBytes = 1L << 50;

    private readonly HttpClient http;
    private readonly HubOptions options;
    private readonly Uri endpoint;

    public HubClient(HubOptions options)
    {
        HubPath.CheckRepository(options.Repository);
        if (!Uri.TryCreate(options.Endpoint.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new InputException("endpoint", null, $"'{options.Endpoint}'", "an http or https address", "correct --endpoint or HF_ENDPOINT");
        if (options.Revision.Length is 0 or > 250 || options.Revision == "." || options.Revision.Contains("..") || options.Revision.Any(char.IsControl))
            throw new InputException("revision", null, $"'{options.Revision}'", "a branch, tag or commit", "correct --revision");
        if (options.Token is { } token && token.Any(c => c is <= ' ' or > '~'))
            throw new InputException("token", null, "characters that no token has", "visible ASCII", "correct the token or HF_TOKEN");
        this.options = options;
        endpoint = uri;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            UseCookies = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // Each wait has its own limit below.
        };
    }

    public void Dispose() => http.Dispose();

    /// <summary>The repository's files at the asked-for revision, with what the hub tells of their sizes and hashes.</summary>
    public async Task<HubListing> ListAsync(CancellationToken cancellation)
    {
        var address = new Uri(endpoint, $"api/models/{options.Repository}/revision/{Uri.EscapeDataString(options.Revision)}?blobs=true");
        var body = await RetryAsync(
            async () =>
            {
                using var answer = await SendAsync(HttpMethod.Get, address, null, null, cancellation).ConfigureAwait(false);
                Check(answer, null);
                return await ReadAllAsync(answer, cancellation).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        return ParseListing(body);
    }

    /// <summary>Size and hash from the headers, for hubs whose listing lacks them.</summary>
    public async Task<HubFile> DescribeAsync(HubFile file, string commit, CancellationToken cancellation)
    {
        return await RetryAsync(
            async () =>
            {
                using var answer = await SendAsync(HttpMethod.Head, FileAddress(file.Path, commit), null, null, cancellation).ConfigureAwait(false);
                Check(answer, file.Path);
                return answer.Complete(file);
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Opens a file from byte <paramref name="from"/> on; the server may answer with the whole of it all the same.</summary>
    public async Task<HubAnswer> OpenAsync(string path, string commit, long from, string? etag, CancellationToken cancellation)
    {
        var answer = await SendAsync(HttpMethod.Get, FileAddress(path, commit), from > 0 ? from : null, etag, cancellation).ConfigureAwait(false);
        try
        {
            if (answer.Response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable)
                Check(answer, path);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>Waits longer after each failure; a server may ask for more time, up to a minute.</summary>
    public Task WaitAsync(int failures, HubTransferException failure, CancellationToken cancellation)
    {
        var delay = options.FirstDelay * Math.Pow(2, Math.Min(failures - 1, 4));
        if (failure.RetryAfter is { } asked && asked > delay)
            delay = TimeSpan.FromSeconds(Math.Min(asked.TotalSeconds, 60));
        return Task.Delay(delay, cancellation);
    }

    /// <summary>Runs <paramref name="wait"/> with the stall limit; running into it is a failed transfer, not a cancellation.</summary>
    public async Task<T> WithinStallAsync<T>(Func<CancellationToken, Task<T>> wait, string what, CancellationToken cancellation)
    {
        using var stall = new CancellationTokenSource(options.StallTimeout, options.Clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stall.Token);
        try
        {
            return await wait(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HubTransferException($"{what}: nothing came for {options.StallTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException and not HubTransferException)
        {
            throw new HubTransferException($"{what}: {error.Message}", error);
        }
    }

    /// <summary>Where a redirect leads; the token goes along only to the same scheme, host and port.</summary>
    public static Uri Redirect(Uri from, Uri location, string source)
    {
        var next = location.IsAbsoluteUri ? location : new Uri(from, location);
        if (next.Scheme != "https" && !(next.Scheme == "http" && from.Scheme == "http"))
            throw new InputException(source, null, $"a redirect from {from.Scheme} to {next.Scheme}", "https", "do not trust this endpoint");
        return next;
    }

    private Uri FileAddress(string path, string commit) =>
        new(endpoint, $"{options.Repository}/resolve/{Uri.EscapeDataString(commit)}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    private async Task<T> RetryAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (HubTransferException failure) when (failures < options.Attempts)
            {
                await WaitAsync(failures, failure, cancellation).ConfigureAwait(false);
            }
            catch (HubTransferException failure)
            {
                throw failure.Final(options, failures);
            }
        }
    }

    private async Task<HubAnswer> SendAsync(HttpMethod method, Uri address, long? from, string? etag, CancellationToken cancellation)
    {
        HttpResponseMessage? first = null;
        try
        {
            return await FollowAsync().ConfigureAwait(false);
        }
        catch
        {
            first?.Dispose();
            throw;
        }

        async Task<HubAnswer> FollowAsync()
        {
            var current = address;
            for (var hops = 0; hops <= MaxRedirects; hops++)
            {
                using var request = new HttpRequestMessage(method, current);
                request.Headers.UserAgent.Add(new ProductInfoHeaderValue("temoto", null));
                request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
                if (options.Token is not null && SameOrigin(current, endpoint))
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
                if (from is { } start)
                {
                    request.Headers.Range = new RangeHeaderValue(start, null);
                    if (etag is not null && EntityTagHeaderValue.TryParse(etag, out var tag) && !tag.IsWeak)
                        request.Headers.IfRange = new RangeConditionHeaderValue(tag);
                }
                var response = await WithinStallAsync(
                    token => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), current.Authority, cancellation).ConfigureAwait(false);
                if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                    return new HubAnswer(first ?? response, response);
                // A relative redirect is a renamed repository; its headers describe nothing yet.
                var describes = response.Headers.Contains("X-Linked-Etag") || response.Headers.Contains("X-Linked-Size");
                if (describes && first is null)
                    first = response;
                else
                    response.Dispose();
                current = Redirect(current, location, options.Repository);
                // The hub's own headers say all that a description needs; the store behind it may not know HEAD.
                if (method == HttpMethod.Head && describes)
                    return new HubAnswer(first!, first!);
            }
            throw new InputException(options.Repository, null, $"more than {MaxRedirects} redirects", "an answer", "check the endpoint");
        }
    }

    private static bool SameOrigin(Uri left, Uri right) => left.Scheme == right.Scheme && left.Host == right.Host && left.Port == right.Port;

    private void Check(HubAnswer answer, string? file)
    {
        var status = (int)answer.Response.StatusCode;
        if (status is >= 200 and < 300 || (answer.IsDescription && status is >= 300 and < 400))
            return;
        var code = answer.Response.Headers.TryGetValues("X-Error-Code", out var values) ? values.FirstOrDefault() : null;
        var found = code is null ? $"HTTP {status}" : $"HTTP {status} ({code})";
        switch (status)
        {
            case 401 or 403:
                var why = options.Token is null ? "set HF_TOKEN to a token that may read it" : "accept its terms on its page, or use a token that may read it";
                throw new InputException(
                    options.Repository, file, $"{found}, no access",
                    "a public repository, or one the token may read (a name that does not exist looks the same)", why);
            case 404 when code == "RevisionNotFound":
                throw new InputException(
                    options.Repository, null, $"{found}, no revision '{options.Revision}'", "a branch, tag or commit of the repository",
                    "correct --revision");
            case 404 or 410:
                throw new InputException(
                    options.Repository, file, $"{found}, not there",
                    file is null ? "a model's repository and one of its revisions" : "a file of the repository", "check the name on the model's page");
            case 408 or 425 or 429 or >= 500:
                throw new HubTransferException($"{answer.Authority}: HTTP {status}", retryAfter: RetryAfter(answer.Response));
            default:
                throw new InputException(options.Repository, file, found, "HTTP 200", "check the endpoint");
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta;

    private async Task<byte[]> ReadAllAsync(HubAnswer answer, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        var stream = await answer.Response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[1 << 16];
        while (true)
        {
            var read = await WithinStallAsync(async token => await stream.ReadAsync(buffer, token).ConfigureAwait(false), answer.Authority, cancellation).ConfigureAwait(false);
            if (read == 0)
                return body.ToArray();
            body.Write(buffer, 0, read);
            if (body.Length > MaxListingBytes)
                throw new InputException(options.Repository, "listing", $"more than {MaxListingBytes >> 20} MiB", "a list of files", "check the endpoint");
        }
    }

    private HubListing ParseListing(byte[] body)
    {
        using var answer = ReadAnswer(body);
        var root = answer.Root;
        if (root.Value("siblings") is not { Kind: JsonValueKind.Array } siblings)
            throw NotAListing("no list 'siblings'");
        var commit = Text(root, "sha") is { Length: 40 } sha && sha.All(char.IsAsciiHexDigit) ? sha : options.Revision;
        return new HubListing(commit, [.. siblings.Items().Select(ParseFile)]);
    }

    /// <summary>No file of ours: whatever is wrong with it, the endpoint is what the user can look at.</summary>
    private JsonFile ReadAnswer(byte[] body)
    {
        try
        {
            return JsonFile.Parse(body, options.Repository, "the hub's list of files", "listing");
        }
        catch (InputException)
        {
            throw NotAListing("something that is not JSON");
        }
    }

    private HubFile ParseFile(JsonValue entry)
    {
        if (entry.Kind != JsonValueKind.Object || Text(entry.Fields(), "rfilename") is not { } path)
            throw NotAListing("a file without 'rfilename'");
        var fields = entry.Fields();
        var size = Size(fields);
        if (fields.Value("lfs") is not { Kind: JsonValueKind.Object } lfs)
            return new HubFile(path, size, null, HubHash.FromEtag(Text(fields, "blobId"), 40));
        return new HubFile(path, Size(lfs.Fields()) ?? size, HubHash.FromEtag(Text(lfs.Fields(), "sha256"), 64));
    }

    private static string? Text(JsonFields fields, string name) => fields.Value(name) is { Kind: JsonValueKind.String } value ? value.Text() : null;

    private static long? Size(JsonFields fields) =>
        fields.Value("size") is { } value && value.TryLong(out var size) && size is >= 0 and <= LargestFileBytes ? size : null;

    private InputException NotAListing(string found) =>
        new(options.Repository, "listing", found, "the hub's list of files", string.Create(CultureInfo.InvariantCulture, $"check the endpoint {endpoint.Authority}"));
}
