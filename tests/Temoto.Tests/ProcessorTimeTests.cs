namespace Temoto.Tests;

public class ProcessorTimeTests
{
    [Fact]
    public void WorkCountsAndWaitingDoesNot()
    {
        var start = ProcessorTime.ThreadSeconds();
        ProcessorTime.AssertBelow(0.2, "sleeping", () => Thread.Sleep(300));
        var value = 1L;
        while (ProcessorTime.ThreadSeconds() < start + 0.05)
            value = (value * 31) + 7;
        Assert.NotEqual(0, value);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => ProcessorTime.AssertBelow(0, "anything", () => { }));
    }
}
