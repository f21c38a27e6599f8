using System.Diagnostics;
using System.Text.Json;
using Temoto.Server.Http;
using Temoto.Server.Models;

namespace Temoto.Server.Embeddings;

/// <summary>A model that makes vectors, under the name that clients know. Requests take it in turn; those that wait are counted.</summary>
/// <param name="mostWaiting">Beyond, clients are told to come again.</param>
/// <param name="mostTime">That a request may take, its wait included.</param>
internal sealed class ServedEmbedder(string name, EmbeddingModel model, int mostWaiting, TimeSpan mostTime) : IDisposable
{
    /// <summary>Texts of a request.</summary>
    private const int MostTexts = 2048;

    private readonly SemaphoreSlim turn = new(1);
    private int waiting;

    public string Name => name;

    /// <summary>The name with a tag, as Ollama's clients have it.</summary>
    public string TaggedName => ModelName.Tagged(name);

    public EmbeddingModel Model => model;

    public DateTimeOffset Loaded { get; } = DateTimeOffset.UtcNow;

    public bool IsNamed(string? given) => string.IsNullOrEmpty(given) || ModelName.Means(given, Name);

    /// <summary>The vectors of a request, with all their tokens.</summary>
    /// <exception cref="RequestException">Too many wait.</exception>
    public async Task<EmbeddedTexts> EmbedAsync(IReadOnlyList<int[]> texts, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref waiting) > mostWaiting + 1)
        {
            Interlocked.Decrement(ref waiting);
            throw RequestException.Full(mostWaiting + 1, mostWaiting, retryAfterSeconds: 1);
        }
        var begun = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(mostTime);
        try
        {
            int[][] all = [.. texts];
            var vectors = new List<float[]>(all.Length);
            while (vectors.Count < all.Length)
            {
                // The timer may be late.
                if (Stopwatch.GetElapsedTime(begun) >= mostTime)
                    throw RequestException.TooLong(mostTime);
                vectors.AddRange(await EmbedAsync(all.AsMemory(vectors.Count), limit.Token).ConfigureAwait(false));
            }
            return new EmbeddedTexts(vectors, texts.Sum(tokens => tokens.Length));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw RequestException.TooLong(mostTime);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    /// <summary>The vectors of the first texts, as many as one run takes. Each run waits for its turn: a long request does not keep a short one waiting to its end.</summary>
    private async Task<float[][]> EmbedAsync(ReadOnlyMemory<int[]> texts, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Embed(texts.Span, cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private float[][] Embed(ReadOnlySpan<int[]> texts, CancellationToken cancellation)
    {
        try
        {
            return model.EmbedSome(texts, cancellation);
        }
        catch (InputException)
        {
            // Its line names the model by its path, and it is no fault of the client's.
            throw new RequestException(500, $"'{name}' gives no numbers; its weights are damaged", "server_error");
        }
    }

    /// <summary>A field that holds a text, token ids, or an array of either.</summary>
    /// <param name="cuts">Longer texts are cut; otherwise they are refused.</param>
    public IReadOnlyList<int[]> ReadTexts(RequestFields fields, string name, bool cuts)
    {
        if (fields.Any(name) is not { } input)
            throw fields.Wrong(name, "a text, or an array of texts");
        if (input.ValueKind == JsonValueKind.String)
            return [Encode(RequestFields.TextOf(input, name), name, cuts)];
        var items = fields.Items(name)!;
        if (items.Count is 0 or > MostTexts)
            throw fields.Wrong(name, $"1 to {MostTexts} texts");
        if (items.All(item => item.Value.ValueKind == JsonValueKind.Number))
            return [Ids(items, name)];
        return [.. items.Select(item => item.Value.ValueKind switch
        {
            JsonValueKind.String => Encode(RequestFields.TextOf(item.Value, item.Place), item.Place, cuts),
            JsonValueKind.Array => Ids([.. item.Value.EnumerateArray().Select((id, i) => (id, $"{item.Place}[{i}]"))], item.Place),
            _ => throw RequestException.Bad(item.Place, "something else", "a text, or an array of token ids", "mend the request"),
        })];
    }

    private int[] Encode(string text, string place, bool cuts)
    {
        var tokens = model.Encode(text, EmbeddingKind.Text, out var isCut);
        if (isCut && !cuts)
            throw RequestException.Bad(place, "a longer text", $"at most {model.MaxTokens} tokens", "send it in parts");
        return tokens.Length > 0 ? tokens : throw RequestException.Bad(place, "a text of no tokens", "a text", "leave it out");
    }

    private int[] Ids(IReadOnlyList<(JsonElement Value, string Place)> items, string place)
    {
        if (items.Count == 0 || items.Count > model.MaxTokens)
            throw RequestException.Bad(place, $"{items.Count} tokens", $"1 to {model.MaxTokens}", "send it in parts");
        return [.. items.Select(item => item.Value.ValueKind == JsonValueKind.Number && item.Value.TryGetInt32(out var id) && id >= 0 && id < model.VocabSize
            ? id
            : throw RequestException.Bad(item.Place, "something else", $"a token id below {model.VocabSize}", "send texts"))];
    }

    /// <summary>Waits for the text that is being computed.</summary>
    public void Dispose()
    {
        turn.Wait();
        model.Dispose();
    }
}

/// <summary>What became of the texts of a request.</summary>
internal sealed record EmbeddedTexts(IReadOnlyList<float[]> Vectors, int Tokens);
