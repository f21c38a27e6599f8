using System.Reflection;
using System.Text;
using Temoto.Extensions.AI;
using Temoto.Grammars;
using Temoto.Jinja;
using Temoto.Plans;

namespace Temoto.Tests;

/// <summary>
/// The public API of the libraries stands in PublicApi.golden.txt, so that a change to it is seen in review. To accept a change, run the test with
/// TEMOTO_UPDATE_GOLDEN=1 and read the difference.
/// </summary>
public class PublicApiTests
{
    private static string GoldenPath => Path.Combine(RepositoryPaths.Root, "tests", "Temoto.Tests", "PublicApi.golden.txt");

    [Fact]
    public void PublicApiIsTheGoldenOne()
    {
        var actual = Describe(typeof(InputException).Assembly, typeof(Plan).Assembly, typeof(JinjaTemplate).Assembly, typeof(Grammar).Assembly, typeof(TemotoChatClient).Assembly);
        if (Environment.GetEnvironmentVariable("TEMOTO_UPDATE_GOLDEN") == "1")
            File.WriteAllText(GoldenPath, actual);
        Assert.Equal(File.ReadAllText(GoldenPath), actual);
    }

    private static string Describe(params Assembly[] assemblies)
    {
        var text = new StringBuilder();
        foreach (var type in assemblies.SelectMany(assembly => assembly.GetExportedTypes()).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(type.IsEnum ? "enum " : type.IsInterface ? "interface " : type.IsValueType ? "struct " : "class ").Append(type.FullName).Append('\n');
            var members = type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(member => member is not MethodBase { IsSpecialName: true } || member is ConstructorInfo)
                .Where(member => member is PropertyInfo || !member.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)))
                .Where(member => !member.Name.Contains('<', StringComparison.Ordinal) && member.Name != "value__")
                .Select(Line)
                .Order(StringComparer.Ordinal);
            foreach (var member in members)
                text.Append("    ").Append(member).Append('\n');
        }
        return text.ToString();
    }

    private static string Line(MemberInfo member) => member switch
    {
        FieldInfo { DeclaringType.IsEnum: true } field => $"{field.Name} = {field.GetRawConstantValue()}",
        FieldInfo field => $"field {Name(field.FieldType)} {field.Name}",
        PropertyInfo property => $"property {Name(property.PropertyType)} {property.Name} {{ {(property.GetMethod?.IsPublic == true ? "get; " : "")}{(property.SetMethod?.IsPublic == true ? "set; " : "")}}}",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        _ => member.ToString()!,
    };

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")}"));

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Name(inner) + "?";
        if (!type.IsGenericType)
            return type.Name;
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
