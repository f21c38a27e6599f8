using Temoto.Generation;
using Temoto.Generation.Tools;

namespace Temoto.Cli;

/// <summary>A prompt, and how what is generated from it is to be read.</summary>
internal sealed record TextPrompt(int[] Tokens, AnswerParser Parser, IReadOnlySet<int> ShownTokens)
{
    /// <summary>A text that is continued as it stands.</summary>
    public static TextPrompt Plain(int[] tokens) => new(tokens, new AnswerParser(null, null), new HashSet<int>());

    public static TextPrompt Of(ChatPrompt chat) => new(chat.Tokens, chat.NewParser(), chat.ShownTokens);

    /// <param name="start">A Stopwatch timestamp of before the prompt was made.</param>
    public GenerationRequest Request(LanguageModel model, GenerationOptions options, long start) => GenerationRequest.Create(model, Tokens, options, start) with { ShownTokens = ShownTokens };
}
