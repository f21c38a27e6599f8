using System.Security.Cryptography;
using System.Text;
using Temoto.Server.Models;

namespace Temoto.Server.OpenAi;

/// <summary>What answers of OpenAI's APIs are made of.</summary>
internal static class AnswerParts
{
    /// <summary>"chatcmpl-" and 24 letters and digits, by chance.</summary>
    public static string NewId(string prefix) => prefix + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 24);

    public static long Now() => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>What the text depends on beside the request: the model and the kernels.</summary>
    public static string Fingerprint(ServedModel model) => $"temoto-{model.Model.Info.KernelSet}";

    public static string ReasonOf(FinishReason reason) => reason switch
    {
        FinishReason.Length or FinishReason.Context => "length",
        _ => "stop",
    };

    public static string TextOf(LanguageModel model, int token) => Encoding.UTF8.GetString(model.TokenBytes(token));

    /// <summary>Null where none were asked for, or the piece has no token.</summary>
    public static LogprobOfToken? LogprobOf(LanguageModel model, GeneratedPiece piece)
    {
        if (piece is not { TokenId: { } token, Logprob: { } logprob })
            return null;
        var bytes = model.TokenBytes(token);
        return new LogprobOfToken(Encoding.UTF8.GetString(bytes), logprob, Numbers(bytes), [.. piece.TopLogprobs.Select(top => Other(model, top))]);
    }

    private static LogprobOfOther Other(LanguageModel model, TokenLogprob top)
    {
        var bytes = model.TokenBytes(top.TokenId);
        return new LogprobOfOther(Encoding.UTF8.GetString(bytes), top.Logprob, Numbers(bytes));
    }

    private static int[] Numbers(byte[] bytes) => Array.ConvertAll(bytes, value => (int)value);
}
