using System.Globalization;
using System.Text;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>A tokenizer.json's post-processor that puts ids before and behind a text, writer beside reader.</summary>
internal static class TemplateJson
{
    /// <summary>What TemplateProcessing, BertProcessing and RobertaProcessing make of one text: the ids of a special token, or null for the text, in their order.</summary>
    public static IReadOnlyList<IReadOnlyList<int>?> Read(JsonFields section)
    {
        if (section.String("type") != "TemplateProcessing")
            return [[NamedId(section, "cls")], null, [NamedId(section, "sep")]];
        var single = section.RequiredValue("single", "an array");
        var tokens = section.Object("special_tokens");
        var parts = new List<IReadOnlyList<int>?>();
        foreach (var item in single.Items().Select(item => item.Fields()))
        {
            if (item.Object("Sequence") is { } sequence)
            {
                if (sequence.String("id") != "A")
                    throw sequence.Wrong("id", "the sequence A, the only one of a template for one text");
                parts.Add(null);
                continue;
            }
            var special = item.Object("SpecialToken") ?? throw Missing(section, single.Place, "SpecialToken or Sequence");
            var name = special.RequiredString("id");
            var entry = tokens?.Object(name) ?? throw Missing(section, $"{section.PlaceOf("special_tokens")}['{name}']", "its ids");
            parts.Add([.. entry.RequiredValue("ids", "its ids").Items().Select(JsonVocabulary.Id)]);
        }
        return parts;
    }

    public static string Of(IReadOnlyList<int> prefix, IReadOnlyList<int> suffix)
    {
        var single = prefix.Select(Special).Append("""{"Sequence":{"id":"A"}}""").Concat(suffix.Select(Special));
        var tokens = prefix.Concat(suffix).Distinct().Select(id => $$"""{{Name(id)}}:{"ids":[{{Number(id)}}]}""");
        return new StringBuilder().Append("""{"type":"TemplateProcessing","single":[""").AppendJoin(',', single).Append("""],"special_tokens":{""").AppendJoin(',', tokens).Append("}}").ToString();
    }

    private static int NamedId(JsonFields section, string name)
    {
        var pair = section.RequiredValue(name, "a token and its id");
        return pair.Count() > 1 ? JsonVocabulary.Id(pair.Items().ElementAt(1)) : throw pair.Wrong("a token and its id");
    }

    private static InputException Missing(JsonFields section, string key, string expected) => new(section.Path, key, "nothing", expected, JsonFile.OtherKind);

    private static string Special(int id) => $$$"""{"SpecialToken":{"id":{{{Name(id)}}}}}""";

    private static string Name(int id) => $"\"{Number(id)}\"";

    private static string Number(int id) => id.ToString(CultureInfo.InvariantCulture);
}
