using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Temoto.Demo.Corpus.Tasks;

namespace Temoto.Demo.Corpus;

/// <summary>Rows that ask about machines, values and wordings the training never shows.</summary>
internal static class HeldOutFiles
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Equally many exchanges of every kind and language, no prompt twice.</summary>
    public static List<Exchange> Exchanges(ulong seed, int rowsPerKindAndLanguage)
    {
        var random = new SeededRandom(seed);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var exchanges = new List<Exchange>();
        foreach (var kind in Enum.GetValues<Kind>())
        {
            foreach (var language in Enum.GetValues<Language>())
            {
                for (var rows = 0; rows < rowsPerKindAndLanguage;)
                {
                    var exchange = Make(random, kind, language);
                    if (!seen.Add(exchange.Prompt))
                        continue;
                    exchanges.Add(exchange);
                    rows++;
                }
            }
        }
        return exchanges;
    }

    public static string ToJsonLines(IEnumerable<Exchange> exchanges)
    {
        var lines = new StringBuilder();
        foreach (var exchange in exchanges)
        {
            using var row = new MemoryStream();
            using (var json = new Utf8JsonWriter(row, Readable))
            {
                json.WriteStartObject();
                json.WriteString("kind", exchange.Kind.ToString().ToLowerInvariant());
                json.WriteString("language", exchange.Language.ToString().ToLowerInvariant());
                json.WriteStartArray("messages");
                json.WriteStartObject();
                json.WriteString("role", "user");
                json.WriteString("content", exchange.Prompt);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteString("answer", exchange.Answer);
                json.WriteEndObject();
            }
            lines.Append(Encoding.UTF8.GetString(row.ToArray())).Append('\n');
        }
        return lines.ToString();
    }

    /// <summary>Conversations of the training mixture, but of the held-out half, as ChatML; for perplexity.</summary>
    public static string Text(ulong seed, int minBytes)
    {
        var random = new SeededRandom(seed);
        var text = new StringBuilder();
        while (Encoding.UTF8.GetByteCount(text.ToString()) < minBytes)
            text.Append(Conversation.Make(random, Split.HeldOut).ToChatMl());
        return text.ToString();
    }

    private static Exchange Make(SeededRandom random, Kind kind, Language language) => kind switch
    {
        Kind.Summary => SummaryTask.Make(random, language, Split.HeldOut),
        Kind.Alarm => AlarmTask.Make(random, language, Split.HeldOut),
        Kind.Question => QuestionTask.Make(random, language, Split.HeldOut),
        Kind.Talk => TalkTask.Make(random, language, Split.HeldOut),
        _ => OutsideTask.Make(random, language, Split.HeldOut),
    };
}
