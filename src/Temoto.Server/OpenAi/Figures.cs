using Microsoft.AspNetCore.Http;

namespace Temoto.Server.OpenAi;

/// <summary>Tokens of a request, for its answer and for the log.</summary>
internal static class Figures
{
    public static Usage Usage(HttpContext context, int prompt, int reused, int generated)
    {
        Note(context, prompt, reused, generated);
        return OpenAi.Usage.Of(prompt, reused, generated);
    }

    public static void Note(HttpContext context, int prompt, int reused, int generated) =>
        context.Items["tokens"] = $"prompt={prompt} reused={reused} generated={generated}";
}
