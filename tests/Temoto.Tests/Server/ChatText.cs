using System.Text.Json;

namespace Temoto.Tests.Server;

/// <summary>What an answer of /v1/chat/completions says.</summary>
internal static class ChatText
{
    public static string Of(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
}
