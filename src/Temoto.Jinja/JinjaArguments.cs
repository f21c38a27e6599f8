namespace Temoto.Jinja;

/// <summary>The arguments of a call of a function, method, filter or test.</summary>
internal sealed class JinjaArguments(string callee, IReadOnlyList<JinjaValue> positional, IReadOnlyList<KeyValuePair<string, JinjaValue>> named)
{
    public string Callee { get; } = callee;

    public IReadOnlyList<JinjaValue> Positional { get; } = positional;

    public IReadOnlyList<KeyValuePair<string, JinjaValue>> Named { get; } = named;

    /// <summary>Values in the order of <paramref name="names"/>, null where none was given; anything beyond them is an error.</summary>
    public JinjaValue?[] Bind(params ReadOnlySpan<string> names)
    {
        if (Positional.Count > names.Length)
            throw new JinjaException($"{Positional.Count} arguments for {Callee}", $"at most {names.Length}");
        var bound = new JinjaValue?[names.Length];
        for (var i = 0; i < Positional.Count; i++)
            bound[i] = Positional[i];
        foreach (var (name, value) in Named)
        {
            var place = names.IndexOf(name);
            if (place < 0 || bound[place] is not null)
                throw new JinjaException($"argument '{name}' for {Callee}", names.Length == 0 ? "no arguments" : $"each of {string.Join(", ", names!)} at most once");
            bound[place] = value;
        }
        return bound;
    }

    /// <summary>The same, with the first <paramref name="required"/> values present.</summary>
    public JinjaValue?[] Bind(int required, params ReadOnlySpan<string> names)
    {
        var bound = Bind(names);
        for (var i = 0; i < required; i++)
        {
            if (bound[i] is null)
                throw new JinjaException($"{Callee} without its argument '{names[i]}'", "that argument");
        }
        return bound;
    }

    /// <summary>The arguments after the first, for filters that pass them on.</summary>
    public JinjaArguments After(int count, string newCallee) => new(newCallee, [.. Positional.Skip(count)], Named);

    public static JinjaArguments None(string callee) => new(callee, [], []);
}
