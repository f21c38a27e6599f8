using System.Runtime.InteropServices;

namespace Temoto.Tests;

/// <summary>
/// Processor time of the calling thread: what work took, however many others share the machine. It bounds work that must not grow with the square
/// of its input; the limits are far above what a slow processor needs, since caches and cores are shared and a thread pays for the garbage
/// collections it starts.
/// </summary>
internal static partial class ProcessorTime
{
    // time.h, where they differ.
    private const int ThreadClockOnLinux = 3;
    private const int ThreadClockOnMac = 16;

    /// <summary>Runs <paramref name="work"/> on the calling thread; fails the test if it took <paramref name="limitSeconds"/> of its processor time.</summary>
    public static void AssertBelow(double limitSeconds, string what, Action work)
    {
        var start = ThreadSeconds();
        work();
        var seconds = ThreadSeconds() - start;
        Assert.True(seconds < limitSeconds, $"{what} took {seconds:0.0} s of processor time, {limitSeconds} allowed");
    }

    public static double ThreadSeconds()
    {
        if (OperatingSystem.IsWindows())
        {
            // In units of 100 ns.
            Assert.True(GetThreadTimes(GetCurrentThread(), out _, out _, out var kernel, out var user));
            return (kernel + user) * 1e-7;
        }
        Assert.Equal(0, ClockGetTime(OperatingSystem.IsMacOS() ? ThreadClockOnMac : ThreadClockOnLinux, out var time));
        return time.Seconds + (time.Nanoseconds * 1e-9);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [LibraryImport("kernel32")]
    private static partial nint GetCurrentThread();

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetThreadTimes(nint thread, out long created, out long ended, out long kernel, out long user);
}
