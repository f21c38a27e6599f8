using Temoto.Cli;

namespace Temoto.Tests.Cli;

public class PromptRowTests
{
    private static readonly GenerationOptions Common = new() { MaxTokens = 9, Temperature = 0 };

    [Fact]
    public void ALineIsAPromptOrMessagesWithOptionsOfItsOwn()
    {
        const string text = """
            {"prompt": "a", "id": "x\u00e9", "max_tokens": 3, "temperature": 0.5, "top_k": 4, "top_p": 0.9, "min_p": 0.1, "repetition_penalty": 1.1, "presence_penalty": 1, "frequency_penalty": -1, "seed": 18446744073709551615, "stop": "b"}

            {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}], "id": 7, "stop": ["c", "d"]}
            {"prompt": "p", "system": "own"}
            """;
        var rows = PromptRow.ReadAll(text.Replace("\n", "\r\n", StringComparison.Ordinal), "f.jsonl", Common, "common");
        Assert.Equal(["f.jsonl:1", "f.jsonl:3", "f.jsonl:4"], rows.Select(row => row.Source));
        Assert.Equal(["\"x\\u00e9\"", "7", null], rows.Select(row => row.Id));
        Assert.Equal(["a", null, "p"], rows.Select(row => row.Prompt));
        Assert.Equal([new("system", "common"), new ChatMessage("user", "a")], rows[0].Messages);
        Assert.Equal([new("system", "s"), new ChatMessage("user", "u")], rows[1].Messages);
        Assert.Equal([new("system", "own"), new ChatMessage("user", "p")], rows[2].Messages);
        var expected = new GenerationOptions { MaxTokens = 3, Temperature = 0.5f, TopK = 4, TopP = 0.9f, MinP = 0.1f, RepetitionPenalty = 1.1f, PresencePenalty = 1, FrequencyPenalty = -1, Seed = ulong.MaxValue };
        Assert.Equal(expected with { Stop = rows[0].Options.Stop }, rows[0].Options);
        Assert.Equal(["b"], rows[0].Options.Stop);
        Assert.Equal(["c", "d"], rows[1].Options.Stop);
        Assert.Equal(Common, rows[2].Options);
    }

    [Theory]
    [InlineData("neither prompt nor messages", "{}")]
    [InlineData("both prompt and messages", "{\"prompt\": \"a\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}")]
    [InlineData("found [1]", "[1]")]
    [InlineData("found null", "null")]
    [InlineData("'p' is an invalid start of a value", "pump")]
    [InlineData("promt: found an unknown key; expected one of id, prompt", "{\"promt\": \"a\"}")]
    [InlineData("prompt: found 1; expected a string", "{\"prompt\": 1}")]
    [InlineData("Duplicate", "{\"prompt\": \"a\", \"prompt\": \"b\"}")]
    [InlineData("id: found [1]", "{\"prompt\": \"a\", \"id\": [1]}")]
    [InlineData("messages: found an empty list", "{\"messages\": []}")]
    [InlineData("messages: found \"a\"; expected a list", "{\"messages\": \"a\"}")]
    [InlineData("messages: found a message without content", "{\"messages\": [{\"role\": \"user\"}]}")]
    [InlineData("messages: found a message without a role", "{\"messages\": [{\"role\": \"\", \"content\": \"a\"}]}")]
    [InlineData("messages: name: found an unknown key", "{\"messages\": [{\"role\": \"user\", \"content\": \"a\", \"name\": \"b\"}]}")]
    [InlineData("system: found it beside messages", "{\"system\": \"s\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}")]
    [InlineData("max_tokens: found -1; expected 0 or more", "{\"prompt\": \"a\", \"max_tokens\": -1}")]
    [InlineData("max_tokens: found 1.5; expected a whole number", "{\"prompt\": \"a\", \"max_tokens\": 1.5}")]
    [InlineData("temperature: found \"0,5\"; expected a number", "{\"prompt\": \"a\", \"temperature\": \"0,5\"}")]
    [InlineData("top_p: found 9; expected a number from 0 to 1", "{\"prompt\": \"a\", \"top_p\": 9}")]
    [InlineData("seed: found -1", "{\"prompt\": \"a\", \"seed\": -1}")]
    [InlineData("stop: found an empty text", "{\"prompt\": \"a\", \"stop\": [\"\"]}")]
    [InlineData("f.jsonl:3", "{\"prompt\": \"\\ud800\"}")]
    [InlineData("f.jsonl:3", "{\"\\ud800\": 1}")]
    public void ALineThatCannotBeUsedIsNamedWithItsNumber(string says, string line)
    {
        var error = Assert.Throws<InputException>(() => PromptRow.ReadAll($"{{\"prompt\": \"a\"}}\n\n{line}\n", "f.jsonl", Common, null));
        Assert.StartsWith("f.jsonl:3: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileWithoutLinesIsRefused() =>
        Assert.Contains("no lines", Assert.Throws<InputException>(() => PromptRow.ReadAll("\n \n", "f.jsonl", Common, null)).Message, StringComparison.Ordinal);
}
