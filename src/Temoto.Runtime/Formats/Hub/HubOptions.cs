namespace Temoto.Formats.Hub;

/// <summary>What to fetch, from where, and how patiently.</summary>
internal sealed record HubOptions
{
    public const string DefaultEndpoint = "https://huggingface.co";

    public const string DefaultRevision = "main";

    /// <summary><c>owner/name</c>, or <c>name</c> for the hub's oldest models.</summary>
    public required string Repository { get; init; }

    /// <summary>A branch, tag or commit.</summary>
    public string Revision { get; init; } = DefaultRevision;

    /// <summary>The one file to fetch (a GGUF file among several); null for what a checkpoint needs.</summary>
    public string? File { get; init; }

    public string Endpoint { get; init; } = DefaultEndpoint;

    /// <summary>Access token; sent to the endpoint's own host only.</summary>
    public string? Token { get; init; }

    /// <summary>Tries of one request that bring nothing new before it is given up.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Wait after the first failed try; doubled after each further one, up to 16 times.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>A server that sends nothing for so long counts as lost.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What tells that <see cref="StallTimeout"/> is over.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Bytes free on the disk that holds a directory.</summary>
    public Func<string, long> FreeBytes { get; init; } = static directory => new DriveInfo(directory).AvailableFreeSpace;

    /// <summary>Endpoint and token from the arguments, or else from HF_ENDPOINT and HF_TOKEN.</summary>
    public static HubOptions From(string repository, string? endpoint, string? token, Func<string, string?> environment) => new()
    {
        Repository = repository,
        Endpoint = FirstGiven(endpoint, environment("HF_ENDPOINT")) ?? DefaultEndpoint,
        Token = FirstGiven(token, environment("HF_TOKEN")),
    };

    private static string? FirstGiven(params ReadOnlySpan<string?> values)
    {
        foreach (var value in values)
        {
            if (!string.IsNullOrWhiteSpace(value))
                return value.Trim();
        }
        return null;
    }
}
