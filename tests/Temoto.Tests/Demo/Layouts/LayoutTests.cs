using Temoto.Demo.Corpus;
using Temoto.Demo.Corpus.Layouts;

namespace Temoto.Tests.Demo.Layouts;

public sealed class LayoutTests
{
    [Fact]
    public void SomeFamiliesAreHeldOut()
    {
        Family[] heldOut = [Family.Arrows, Family.Xml, Family.Query];
        Family[] later = [Family.Topic, Family.Node, Family.Nested, Family.Named, Family.Wrapped, Family.Signs];
        HashSet<Family> Drawn(Split split, bool wide)
        {
            var random = new SeededRandom(1) { Wide = wide };
            return [.. Enumerable.Range(0, 2000).Select(_ => Layout.Draw(random, split, Language.En).Family)];
        }

        Assert.Equal([.. Enum.GetValues<Family>().Except(heldOut)], Drawn(Split.Training, wide: true));
        Assert.Equal([.. Enum.GetValues<Family>().Except(heldOut).Except(later)], Drawn(Split.Training, wide: false));
        Assert.Equal([.. Enum.GetValues<Family>().Except(later)], Drawn(Split.HeldOut, wide: false));
    }

    [Fact]
    public void EveryFamilyWritesEveryCell()
    {
        var random = new SeededRandom(2) { Wide = true };
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
