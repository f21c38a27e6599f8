using Temoto.Server;

namespace Temoto.Cli;

/// <summary>A unit of systemd that serves a model as a user of its own, which may read its files and nothing else of the machine.</summary>
internal static class SystemdUnit
{
    private const string CacheFolder = "/var/cache/";

    /// <param name="arguments">Of serve, without the option that asks for the unit.</param>
    public static string Text(IEnumerable<string> arguments, ServerSettings settings) => $"""
        [Unit]
        Description=Temoto model server
        After=network.target

        [Service]
        Type=notify
        ExecStart={string.Join(' ', Command().Concat(arguments).Select(Quoted))}
        Restart=on-failure
        TimeoutStopSec={(int)settings.DrainTime.TotalSeconds + 15}
        DynamicUser=yes
        # .NET maps its compiled code twice, writable and executable: MemoryDenyWriteExecute would end it.
        NoNewPrivileges=yes
        CapabilityBoundingSet=
        ProtectSystem=strict
        ProtectHome=read-only
        PrivateTmp=yes
        PrivateDevices=yes
        ProtectKernelTunables=yes
        ProtectKernelModules=yes
        ProtectControlGroups=yes
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        SystemCallArchitectures=native
        UMask=0077{Writable(settings.PrefixCacheFolder)}
        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>A folder of systemd's own belongs to the unit's user, whoever that is; any other has to be made his by hand.</summary>
    private static string Writable(string? folder)
    {
        if (folder is null)
            return "";
        var path = Path.GetFullPath(folder);
        return path.StartsWith(CacheFolder, StringComparison.Ordinal) && path.Length > CacheFolder.Length ? $"\nCacheDirectory={Quoted(path[CacheFolder.Length..])}" : $"\nReadWritePaths={Quoted(path)}";
    }

    /// <summary>How this process was started: the command itself, or the host with the command's assembly.</summary>
    private static IEnumerable<string> Command()
    {
        var program = Environment.ProcessPath ?? "temoto";
        yield return program;
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            yield return Path.Combine(AppContext.BaseDirectory, "temoto.dll");
    }

    /// <summary>systemd splits at spaces and expands % and $.</summary>
    private static string Quoted(string word)
    {
        var escaped = word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal);
        return word.Length == 0 || word.Any(char.IsWhiteSpace) ? $"\"{escaped}\"" : escaped;
    }
}
