namespace Temoto.Jinja;

/// <summary>Variables of one block; what it lacks is looked up in the block round it.</summary>
internal sealed class JinjaScope(JinjaScope? parent)
{
    private readonly Dictionary<string, JinjaValue> variables = new(StringComparer.Ordinal);

    public void Set(string name, JinjaValue value) => variables[name] = value;

    public JinjaValue? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope.variables.TryGetValue(name, out var value))
                return value;
        }
        return null;
    }

    private JinjaScope? Parent { get; } = parent;
}
