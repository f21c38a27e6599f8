using System.Globalization;
using System.Text;

namespace Temoto.Server.Operations;

/// <summary>A number that only grows: a Prometheus counter.</summary>
internal sealed class Counter(string name, string help)
{
    private long value;

    public long Value => Interlocked.Read(ref value);

    public void Add(long count) => Interlocked.Add(ref value, count);

    public void WriteTo(StringBuilder text) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} counter\n{name} {Value}\n");
}
