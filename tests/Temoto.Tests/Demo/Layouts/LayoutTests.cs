using Temoto.Demo.Corpus;
using Temoto.Demo.Corpus.Layouts;

namespace Temoto.Tests.Demo.Layouts;

public sealed class LayoutTests
{
    [Fact]
    public void SomeFamiliesAreHeldOut()
    {
        Family[] heldOut = [Family.Arrows, Family.Xml, Family.Query];
        var random = new SeededRandom(1);
        var training = Enumerable.Range(0, 2000).Select(_ => Layout.Draw(random, Split.Training, Language.En).Family).ToHashSet();
        var others = Enumerable.Range(0, 2000).Select(_ => Layout.Draw(random, Split.HeldOut, Language.En).Family).ToHashSet();
        Assert.Equal([.. Enum.GetValues<Family>().Except(heldOut)], training);
        Assert.Equal([.. Enum.GetValues<Family>()], others);
    }

    [Fact]
    public void EveryFamilyWritesEveryCell()
    {
        var random = new SeededRandom(2);
        foreach (var family in Enum.GetValues<Family>())
        {
            for (var index = 0; index < 50; index++)
            {
                var text = Layout.Draw(random, Split.Training, Language.En, family).Write([[new(Role.Name, "P-17"), new(Role.State, "running"), new(Role.Type, "pump"), new(Role.Time, "08:15")]]);
                Assert.All(new[] { "P-17", "running", "pump", "08:15" }, cell => Assert.Contains(cell, text, StringComparison.Ordinal));
            }
        }
    }
}
