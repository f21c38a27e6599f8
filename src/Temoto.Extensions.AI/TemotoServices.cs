using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Temoto.Extensions.AI;

/// <summary>Registers models with a container.</summary>
public static class TemotoServices
{
    /// <summary>
    /// Registers a model and its chat client, once each: <see cref="LanguageModel"/>, <see cref="TemotoChatClient"/> and <see cref="IChatClient"/>. The model is loaded when one of them is first asked
    /// for, which takes as long as loading does, and is disposed with the container.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="path">A file or folder that <see cref="LanguageModel.Load(string, ModelOptions)"/> takes.</param>
    /// <param name="model">How it is loaded.</param>
    /// <param name="chat">How it is shared.</param>
    /// <param name="serviceKey">Tells one of several models from the others; null for none.</param>
    public static IServiceCollection AddTemoto(this IServiceCollection services, string path, ModelOptions? model = null, TemotoChatClientOptions? chat = null, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(path);
        return services
            .AddKeyedSingleton(serviceKey, (_, _) => LanguageModel.Load(path, model))
            .AddKeyedSingleton(serviceKey, (provider, key) => new TemotoChatClient(provider.GetRequiredKeyedService<LanguageModel>(key), chat))
            .AddKeyedSingleton<IChatClient>(serviceKey, (provider, key) => provider.GetRequiredKeyedService<TemotoChatClient>(key));
    }

    /// <summary>
    /// Registers a model that makes vectors of texts, and its generator, once each: <see cref="EmbeddingModel"/>, <see cref="TemotoEmbeddingGenerator"/> and
    /// <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of strings and single floats. The model is loaded when one of them is first asked for, and is disposed with the container.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="path">A file or folder that <see cref="EmbeddingModel.Load(string, ModelOptions, EmbeddingOptions)"/> takes.</param>
    /// <param name="model">How it is loaded.</param>
    /// <param name="embedding">How vectors are made.</param>
    /// <param name="options">How texts are read.</param>
    /// <param name="serviceKey">Tells one of several models from the others; null for none.</param>
    public static IServiceCollection AddTemotoEmbeddings(this IServiceCollection services, string path, ModelOptions? model = null, EmbeddingOptions? embedding = null, TemotoEmbeddingOptions? options = null, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(path);
        return services
            .AddKeyedSingleton(serviceKey, (_, _) => EmbeddingModel.Load(path, model, embedding))
            .AddKeyedSingleton(serviceKey, (provider, key) => new TemotoEmbeddingGenerator(provider.GetRequiredKeyedService<EmbeddingModel>(key), options))
            .AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(serviceKey, (provider, key) => provider.GetRequiredKeyedService<TemotoEmbeddingGenerator>(key));
    }
}
