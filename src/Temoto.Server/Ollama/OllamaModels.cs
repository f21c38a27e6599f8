using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Embeddings;
using Temoto.Server.Http;
using Temoto.Server.Models;

namespace Temoto.Server.Ollama;

/// <summary><c>/api/tags</c>, <c>/api/show</c>, <c>/api/ps</c>.</summary>
internal static class OllamaModels
{
    public static Task TagsAsync(HttpContext context, ServedModels models)
    {
        var entries = models.List().Select(one => one.Known is { } known ? Entry(known) with { ModifiedAt = Time(known.Loaded) } : Unknown(one.Name) with { ModifiedAt = Time(models.Begun) });
        return JsonAnswer.WriteAsync(context, new OllamaTags([.. entries, .. Vectors(models).Select(entry => entry with { ModifiedAt = Time(models.Begun) })]), OllamaContext.Default.OllamaTags);
    }

    /// <summary>They stay loaded as long as the server runs, or until another needs their place.</summary>
    public static Task RunningAsync(HttpContext context, ServedModels models)
    {
        var entries = models.Loaded.Select(model => Entry(model.Known)).Concat(Vectors(models));
        return JsonAnswer.WriteAsync(
            context,
            new OllamaTags([.. entries.Select(entry => entry with { ExpiresAt = Time(DateTimeOffset.UtcNow.AddYears(1)), SizeVram = 0 })]),
            OllamaContext.Default.OllamaTags);
    }

    public static async Task ShowAsync(HttpContext context, ServedModels models)
    {
        var name = await RequestBody.ReadAsync(context, fields => fields.Text("model") ?? fields.Text("name")).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, await ShowAsync(models, name, context.RequestAborted).ConfigureAwait(false), OllamaContext.Default.OllamaShow).ConfigureAwait(false);
    }

    /// <summary>What was never loaded is loaded for it.</summary>
    private static async Task<OllamaShow> ShowAsync(ServedModels models, string? name, CancellationToken cancellation)
    {
        if (models.Embedder is { } embedder && !string.IsNullOrEmpty(name) && embedder.IsNamed(name))
            return new OllamaShow("", "", "", Details(embedder), new OllamaModelInfo(embedder.Model.ModelType, embedder.Model.ParameterCount, embedder.Model.MaxTokens), ["embedding"], Time(embedder.Loaded));
        if (models.Known(name) is not { } known)
        {
            using var lease = await models.AcquireAsync(name, cancellation).ConfigureAwait(false);
            known = lease.Model.Known;
        }
        var info = known.Info;
        return new OllamaShow("", "", "", Details(info), new OllamaModelInfo(info.ModelType, info.ParameterCount, info.ContextTokens), Capabilities(known), Time(known.Loaded));
    }

    private static IReadOnlyList<string> Capabilities(KnownModel model)
    {
        if (!model.HasChatTemplate)
            return ["completion"];
        return model.WritesThoughts ? ["completion", "tools", "thinking"] : ["completion", "tools"];
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static IEnumerable<OllamaModel> Vectors(ServedModels models) => models.Embedder is { } embedder ? [Entry(embedder)] : [];

    private static OllamaModel Entry(ServedEmbedder embedder) => new()
    {
        Name = embedder.TaggedName,
        Model = embedder.TaggedName,
        Size = embedder.Model.WeightBytes,
        Digest = Digest($"{embedder.Name} {embedder.Model.ModelType} {embedder.Model.ParameterCount} {embedder.Model.WeightBytes}"),
        Details = Details(embedder),
    };

    private static OllamaDetails Details(ServedEmbedder embedder) => new("", "", embedder.Model.ModelType, [embedder.Model.ModelType], Short(embedder.Model.ParameterCount), "unknown");

    private static OllamaModel Entry(KnownModel model) => new()
    {
        Name = ModelName.Tagged(model.Name),
        Model = ModelName.Tagged(model.Name),
        Size = model.Info.WeightBytes,
        Digest = Digest($"{model.Name} {model.Info.ModelType} {model.Info.ParameterCount} {model.Info.WeightBytes}"),
        Details = Details(model.Info),
    };

    /// <summary>A model that was never loaded: its name is all that is known.</summary>
    private static OllamaModel Unknown(string name) => new()
    {
        Name = ModelName.Tagged(name),
        Model = ModelName.Tagged(name),
        Size = 0,
        Digest = Digest(name),
        Details = new OllamaDetails("", "", "", [], "", "unknown"),
    };

    private static OllamaDetails Details(ModelInfo info) => new("", info.Format, info.ModelType, [info.ModelType], Short(info.ParameterCount), "unknown");

    /// <summary>Tells models apart, as their clients want it: of name and sizes, not of the weights' bytes.</summary>
    private static string Digest(string what) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)));

    private static string Short(long parameters) => parameters switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{parameters / 1e9:0.0}B"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{parameters / 1e6:0.0}M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{parameters / 1e3:0.0}K"),
    };
}
