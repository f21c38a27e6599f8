using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Embeddings;
using Temoto.Server.Http;

namespace Temoto.Server.Ollama;

/// <summary><c>/api/tags</c>, <c>/api/show</c>, <c>/api/ps</c>.</summary>
internal static class OllamaModels
{
    public static Task TagsAsync(HttpContext context, ServedModel model) =>
        JsonAnswer.WriteAsync(context, new OllamaTags([.. Entries(model).Select(entry => entry with { ModifiedAt = Time(model.Loaded) })]), OllamaContext.Default.OllamaTags);

    public static Task RunningAsync(HttpContext context, ServedModel model) =>
        JsonAnswer.WriteAsync(
            context,
            // It stays loaded as long as the server runs.
            new OllamaTags([.. Entries(model).Select(entry => entry with { ExpiresAt = Time(DateTimeOffset.UtcNow.AddYears(1)), SizeVram = 0 })]),
            OllamaContext.Default.OllamaTags);

    public static async Task ShowAsync(HttpContext context, ServedModel model)
    {
        var name = await RequestBody.ReadAsync(context, fields => fields.Text("model") ?? fields.Text("name")).ConfigureAwait(false);
        if (model.Embedder is { } embedder && !string.IsNullOrEmpty(name) && embedder.IsNamed(name))
        {
            var vectors = new OllamaShow("", "", "", Details(embedder), new OllamaModelInfo(embedder.Model.ModelType, embedder.Model.ParameterCount, embedder.Model.MaxTokens), ["embedding"], Time(embedder.Loaded));
            await JsonAnswer.WriteAsync(context, vectors, OllamaContext.Default.OllamaShow).ConfigureAwait(false);
            return;
        }
        model.Require(name);
        var info = model.Model.Info;
        var show = new OllamaShow(
            "",
            "",
            "",
            Details(model),
            new OllamaModelInfo(info.ModelType, info.ParameterCount, info.ContextTokens),
            Capabilities(model),
            Time(model.Loaded));
        await JsonAnswer.WriteAsync(context, show, OllamaContext.Default.OllamaShow).ConfigureAwait(false);
    }

    private static IReadOnlyList<string> Capabilities(ServedModel model)
    {
        if (!model.Model.HasChatTemplate)
            return ["completion"];
        return model.Model.WritesThoughts ? ["completion", "tools", "thinking"] : ["completion", "tools"];
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static IEnumerable<OllamaModel> Entries(ServedModel model)
    {
        yield return Entry(model);
        if (model.Embedder is { } embedder)
            yield return Entry(embedder);
    }

    private static OllamaModel Entry(ServedEmbedder embedder) => new()
    {
        Name = embedder.TaggedName,
        Model = embedder.TaggedName,
        Size = embedder.Model.WeightBytes,
        Digest = Digest($"{embedder.Name} {embedder.Model.ModelType} {embedder.Model.ParameterCount} {embedder.Model.WeightBytes}"),
        Details = Details(embedder),
    };

    private static OllamaDetails Details(ServedEmbedder embedder) => new("", "", embedder.Model.ModelType, [embedder.Model.ModelType], Short(embedder.Model.ParameterCount), "unknown");

    private static OllamaModel Entry(ServedModel model) => new()
    {
        Name = model.TaggedName,
        Model = model.TaggedName,
        Size = model.Model.Info.WeightBytes,
        Digest = Digest($"{model.Name} {model.Model.Info.ModelType} {model.Model.Info.ParameterCount} {model.Model.Info.WeightBytes}"),
        Details = Details(model),
    };

    private static OllamaDetails Details(ServedModel model)
    {
        var info = model.Model.Info;
        return new OllamaDetails("", info.Format, info.ModelType, [info.ModelType], Short(info.ParameterCount), "unknown");
    }

    /// <summary>Tells models apart, as their clients want it: of name and sizes, not of the weights' bytes.</summary>
    private static string Digest(string what) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)));

    private static string Short(long parameters) => parameters switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{parameters / 1e9:0.0}B"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{parameters / 1e6:0.0}M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{parameters / 1e3:0.0}K"),
    };
}
