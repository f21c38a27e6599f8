using static System.FormattableString;

namespace Temoto.Evaluation.Serving;

/// <summary>A load on a server: who asks when, and for how much.</summary>
/// <param name="Clients">Of a closed loop: so many ask, each again as soon as it is answered. Null for an open loop.</param>
/// <param name="RequestsPerSecond">Of an open loop: requests come at random (a Poisson process), so many a second on the average, however long answers take. Null for a closed loop.</param>
/// <param name="PromptTokens">Roughly: prompts are made of words.</param>
internal readonly record struct ServerTest(int? Clients, double? RequestsPerSecond, int PromptTokens, int AnswerTokens)
{
    /// <summary>8 clients pp512 tg128, 2.5/s pp512 tg128.</summary>
    public string Name => Invariant($"{(Clients is { } clients ? $"{clients} client{(clients == 1 ? "" : "s")}" : Invariant($"{RequestsPerSecond}/s"))} pp{PromptTokens} tg{AnswerTokens}");
}
