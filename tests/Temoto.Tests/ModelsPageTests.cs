using System.Text.RegularExpressions;
using Temoto.Models;

namespace Temoto.Tests;

/// <summary>docs/models.md says what is there: model types, and tests by their names.</summary>
public partial class ModelsPageTests
{
    private static string Page => File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "models.md"));

    [Fact]
    public void EveryModelTypeHasItsRow()
    {
        var rows = ModelRow().Matches(Page).ToDictionary(row => row.Groups[1].Value, row => (Gguf: row.Groups[2].Value, Macro: row.Groups[3].Value));
        var expected = ModelTypes.All.SelectMany(type => type.AlsoReads.Prepend(type.Name).Select(name => (name, type))).ToDictionary(item => item.name, item => (YesNo(item.type.Gguf is not null), YesNo(item.type.HasMacroStream)));
        Assert.Equal(expected.OrderBy(row => row.Key, StringComparer.Ordinal), rows.OrderBy(row => row.Key, StringComparer.Ordinal));

        static string YesNo(bool truth) => truth ? "yes" : "no";
    }

    [Fact]
    public void EveryTestThatIsNamedIsThere()
    {
        var tests = typeof(ModelsPageTests).Assembly.GetTypes().ToLookup(type => type.Name);
        var named = TestName().Matches(Page);
        Assert.True(named.Count > 20, $"{named.Count}");
        Assert.All(named, name => Assert.Contains(tests[name.Groups[1].Value], type => name.Groups[2].Value.Length == 0 || type.GetMethod(name.Groups[2].Value) is not null));
    }

    [GeneratedRegex(@"^\| `([\w-]+)` \| [^|]+ \| (yes|no) \| (yes|no) \|", RegexOptions.Multiline)]
    private static partial Regex ModelRow();

    [GeneratedRegex(@"`(\w+Tests)(?:\.(\w+))?`")]
    private static partial Regex TestName();
}
