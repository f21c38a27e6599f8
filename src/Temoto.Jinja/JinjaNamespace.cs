namespace Temoto.Jinja;

/// <summary>The one mutable value: <c>namespace(...)</c>, whose attributes a template sets from inside a loop.</summary>
internal sealed class JinjaNamespace : JinjaValue
{
    private readonly Dictionary<string, JinjaValue> attributes = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";

    public JinjaValue? Find(string name) => attributes.GetValueOrDefault(name);

    public void Set(string name, JinjaValue value) => attributes[name] = value;
}
