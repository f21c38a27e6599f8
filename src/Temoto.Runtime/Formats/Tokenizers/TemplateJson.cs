using System.Globalization;
using System.Text;

namespace Temoto.Formats.Tokenizers;

/// <summary>A tokenizer.json's post-processor that puts ids before and behind a text.</summary>
internal static class TemplateJson
{
    public static string Of(IReadOnlyList<int> prefix, IReadOnlyList<int> suffix)
    {
        var single = prefix.Select(Special).Append("""{"Sequence":{"id":"A"}}""").Concat(suffix.Select(Special));
        var tokens = prefix.Concat(suffix).Distinct().Select(id => $$"""{{Name(id)}}:{"ids":[{{Number(id)}}]}""");
        return new StringBuilder().Append("""{"type":"TemplateProcessing","single":[""").AppendJoin(',', single).Append("""],"special_tokens":{""").AppendJoin(',', tokens).Append("}}").ToString();
    }

    private static string Special(int id) => $$$"""{"SpecialToken":{"id":{{{Name(id)}}}}}""";

    private static string Name(int id) => $"\"{Number(id)}\"";

    private static string Number(int id) => id.ToString(CultureInfo.InvariantCulture);
}
