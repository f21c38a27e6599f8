using System.Net;
using Temoto.Server.Scheduling;

namespace Temoto.Server;

/// <summary>Where the server listens, whom it answers and how much it takes on.</summary>
internal sealed record ServerSettings
{
    public const int DefaultPort = 8080;
    public const int DefaultSlots = 4;
    public const int MostSlots = 64;
    public const long DefaultPrefixCacheBytes = 256L << 20;

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Slots and prefix cache are taken from the two below, as memory allows.</summary>
    public SchedulerSettings Scheduler { get; init; } = new();

    /// <summary>Null takes up to <see cref="DefaultSlots"/>.</summary>
    public int? Slots { get; init; }

    /// <summary>Null takes up to <see cref="DefaultPrefixCacheBytes"/>, and at most a quarter of what is left.</summary>
    public long? PrefixCacheBytes { get; init; }

    /// <summary>The folder that keeps prefix caches across restarts, a file for each model; null for none.</summary>
    public string? PrefixCacheFolder { get; init; }

    public string? ApiKeyFile { get; init; }

    public string? TlsCertificateFile { get; init; }

    public string? TlsKeyFile { get; init; }

    /// <summary>Names beside localhost under which it may be asked.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>Web pages that may ask it, as origins (https://chat.example); none else may.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Browsers get a page at <c>/</c>; without it the server is its APIs only.</summary>
    public bool HasPage { get; init; } = true;

    public long MostBodyBytes { get; init; } = 1 << 20;

    public int MostConnections { get; init; } = 256;

    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle between requests.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Slowest body, after five seconds: who sends less is cut off.</summary>
    public double LeastBodyBytesPerSecond { get; init; } = 240;

    /// <summary>How long requests under way may take when the server is told to stop.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);
}
