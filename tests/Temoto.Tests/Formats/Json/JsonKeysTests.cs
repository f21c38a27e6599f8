using System.Text;
using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Tests.Formats.Json;

public sealed class JsonKeysTests
{
    /// <summary>Names that are one name in several spellings, and names that only look alike.</summary>
    private static readonly string[] Names = ["a", "\\u0061", "A", "ä", "\\u00e4", "a\u0308", "", " ", "\\/", "/", "\\ud83d\\ude00", "😀", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"];

    [Fact]
    public void RefusesWhatTheJsonLibraryRefuses()
    {
        var (refused, taken) = (0, 0);
        var random = new Random(7);
        for (var index = 0; index < 4000; index++)
        {
            var text = Object(random, depth: random.Next(3));
            if (Takes(() => JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false })))
            {
                Assert.True(Takes(() => Checked(text)), text);
                taken++;
            }
            else
            {
                Assert.False(Takes(() => Checked(text)), text);
                refused++;
            }
        }
        Assert.InRange(refused, 500, 3500);
        Assert.InRange(taken, 500, 3500);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(300)]
    public void NamesTheKey(int count)
    {
        var text = new StringBuilder("{");
        for (var index = 0; index < count; index++)
            text.Append($"\"key{index}\": {index}, ");
        text.Append("\"key1\": 0}");
        var error = Assert.Throws<JsonException>(() => Checked(text.ToString()));
        Assert.Contains("key1", error.Message, StringComparison.Ordinal);
    }

    private static string Object(Random random, int depth)
    {
        var members = Enumerable.Range(0, random.Next(random.Next(4) == 0 ? 22 : 5)).Select(_ => $"\"{Names[random.Next(Names.Length)]}\": {Value(random, depth)}");
        return "{" + string.Join(", ", members.DistinctBy(member => random.Next(3) == 0 ? member : member[..member.IndexOf(':')])) + "}";
    }

    private static string Value(Random random, int depth) => depth == 0 ? "1" : random.Next(3) switch
    {
        0 => "[" + Object(random, depth - 1) + ", 2]",
        1 => Object(random, depth - 1),
        _ => "\"text\"",
    };

    private static JsonDocument Checked(string text)
    {
        var document = JsonDocument.Parse(text);
        JsonKeys.Check(document.RootElement);
        return document;
    }

    private static bool Takes(Func<JsonDocument> parse)
    {
        try
        {
            parse().Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
