using System.Runtime.InteropServices;

namespace Temoto.Tensors;

/// <summary>What lies under a name, told without opening it: opening a pipe may wait for ever, opening a device may do anything.</summary>
internal enum FileKind
{
    Missing,
    Regular,
    Directory,
    Pipe,
    Device,
    Socket,
}

/// <summary>Tells the <see cref="FileKind"/> of a path.</summary>
internal static partial class FileKinds
{
    // linux/stat.h; the structure of statx is the same on every processor.
    private const int CurrentDirectory = -100;
    private const uint TypeOnly = 1;
    private const int StructureBytes = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;

    /// <summary>Links are followed.</summary>
    public static FileKind Of(string path)
    {
        if (Directory.Exists(path))
            return FileKind.Directory;
        if (!File.Exists(path))
            return FileKind.Missing;
        return OperatingSystem.IsLinux() && Mode(path) is { } mode ? FromMode(mode) : FromLength(path);
    }

    /// <summary>"a pipe", as an error line names it.</summary>
    public static string Name(this FileKind kind) => kind switch
    {
        FileKind.Missing => "no such file",
        FileKind.Regular => "a file",
        FileKind.Directory => "a directory",
        FileKind.Pipe => "a pipe",
        FileKind.Socket => "a socket",
        _ => "a device",
    };

    private static FileKind FromMode(int mode) => (mode & TypeMask) switch
    {
        0x1000 => FileKind.Pipe,
        0x4000 => FileKind.Directory,
        0x8000 => FileKind.Regular,
        0xC000 => FileKind.Socket,
        _ => FileKind.Device,
    };

    /// <summary>Pipes and devices have no length; where the type cannot be asked for, an empty file looks like one.</summary>
    private static FileKind FromLength(string path) =>
        OperatingSystem.IsWindows() || new FileInfo(LinkedPath.Resolve(path)).Length > 0 ? FileKind.Regular : FileKind.Device;

    private static unsafe int? Mode(string path)
    {
        try
        {
            var buffer = stackalloc byte[StructureBytes];
            return StatX(CurrentDirectory, path, 0, TypeOnly, buffer) == 0 ? *(ushort*)(buffer + ModeOffset) : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than the call.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int directory, string path, int flags, uint mask, byte* result);
}
