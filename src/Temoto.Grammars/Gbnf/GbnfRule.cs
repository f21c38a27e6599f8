using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Gbnf;

/// <summary>A rule of a grammar, from when its name is first met.</summary>
internal sealed class GbnfRule(string name, int line)
{
    public string Name => name;

    /// <summary>Where it is defined; until then, where it is first named.</summary>
    public int Line { get; set; } = line;

    /// <summary>What it says; null until it is defined.</summary>
    public GbnfExpression? Whole { get; set; }

    /// <summary>The places that name it.</summary>
    public List<ReferenceExpression> Uses { get; } = [];

    /// <summary>The rules that it names, as often as it does.</summary>
    public List<GbnfRule> Names { get; } = [];

    /// <summary>Its texts over code points, once made, where they are a regular language.</summary>
    public Language? Language { get; set; }
}
