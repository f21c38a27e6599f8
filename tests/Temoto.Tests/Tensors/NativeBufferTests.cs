using Temoto.Tensors;

namespace Temoto.Tests.Tensors;

public class NativeBufferTests
{
    /// <summary>The kernel keeps the advice as the flag "hg" of the mapping, whether it has large pages to give or not.</summary>
    [Fact]
    public unsafe void LargePagesAreAskedFor()
    {
        if (!File.Exists("/sys/kernel/mm/transparent_hugepage/enabled"))
            Assert.Skip("this system has no large pages to ask for");
        using var buffer = new NativeBuffer(64 << 20);
        buffer.PreferLargePages();
        Assert.Contains(" hg", FlagsAt((nint)buffer.Data + (32 << 20)), StringComparison.Ordinal);
    }

    private static string FlagsAt(nint address)
    {
        var inside = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            var range = line.Split(' ')[0].Split('-');
            if (range.Length == 2)
                inside = address >= Convert.ToInt64(range[0], 16) && address < Convert.ToInt64(range[1], 16);
            else if (inside && line.StartsWith("VmFlags:", StringComparison.Ordinal))
                return line;
        }
        return "";
    }
}
