using Temoto.Generation.Tools;

namespace Temoto.Tests.Generation.Tools;

public sealed class ChatFormatTests
{
    /// <summary>A switch is a variable that the template asks for; the word in its text is none.</summary>
    [Theory]
    [InlineData("{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}", true)]
    [InlineData("{%- set thinking = thinking | default(false) %}", true)]
    [InlineData("{% if not thinking %}</think>{% endif %}", true)]
    [InlineData("You are thinking. {% if a %}<think>{% endif %}", false)]
    [InlineData("{% if message.thinking or message['thinking'] %}<think>{% endif %}", false)]
    [InlineData("{{ messages[0].content }}", false)]
    public void ASwitchOfThoughtsIsAVariable(string template, bool expected) => Assert.Equal(expected, new ChatFormat(template, _ => null).SwitchesThoughts);
}
