namespace Temoto.Tests;

/// <summary>A clock that goes on by one second each time somebody looks.</summary>
internal sealed class CountingClock : TimeProvider
{
    public int Looks { get; private set; }

    public override long TimestampFrequency => 10;

    public override long GetTimestamp() => ++Looks * TimestampFrequency;
}
