using System.Text;
using Temoto.Demo.Corpus.Tasks;
using Temoto.Demo.Corpus.Tokenizer;

namespace Temoto.Demo.Corpus;

/// <summary>One or more exchanges as a chat, with or without a system message.</summary>
internal sealed record Conversation(string? System, IReadOnlyList<Exchange> Exchanges)
{
    private static readonly string[] SystemMessages =
    [
        "You are Temoto's demo model.", "You read plant logs.", "You are a helpful assistant.", "Answer briefly.", "あなたは工場のログを読むモデルです。", "短く答えてください。",
    ];

    /// <summary>Makes one conversation of the mixture: questions most, because comparing and counting is learned last.</summary>
    public static Conversation Make(SeededRandom random, Split split)
    {
        var system = split == Split.Training && random.Chance(12) ? random.Pick(SystemMessages) : null;
        var turns = split == Split.Training && random.Chance(12) ? random.Between(2, 4) : 1;
        var exchanges = new Exchange[turns];
        for (var turn = 0; turn < turns; turn++)
            exchanges[turn] = MakeExchange(random, random.Chance(42) ? Language.En : Language.Ja, split);
        return new(system, exchanges);
    }

    /// <summary>
    /// What the model is trained on next: a conversation, or several about one log, each with its own question. A log takes more tokens than all
    /// that is asked of it, so what is shared is read once (<see cref="TokenStream.EncodeBranches"/>).
    /// </summary>
    public static Conversation[] MakeForTraining(SeededRandom random)
    {
        var language = random.Chance(45) ? Language.En : Language.Ja;
        return random.Next(100) switch
        {
            < 18 => [.. QuestionTask.MakeSeveral(random, language, Split.Training, random.Between(3, 5)).Select(exchange => new Conversation(null, [exchange]))],
            < 34 => [new(null, [SummaryTask.Make(random, language, Split.Training)])],
            < 46 => [new(null, [AlarmTask.Make(random, language, Split.Training)])],
            _ => [Make(random, Split.Training)],
        };
    }

    private static Exchange MakeExchange(SeededRandom random, Language language, Split split)
    {
        // What is not its business is seldom asked in a plant, and often by who tries a demo.
        if (random.WideChance(8))
            return random.Chance(40) ? TalkTask.Make(random, language, split) : OutsideTask.Make(random, language, split);
        return random.Next(100) switch
        {
            < 25 => SummaryTask.Make(random, language, split),
            < 45 => AlarmTask.Make(random, language, split),
            < 88 => QuestionTask.Make(random, language, split),
            < 95 => TalkTask.Make(random, language, split),
            _ => OutsideTask.Make(random, language, split),
        };
    }

    /// <summary>The chat in ChatML, as tokenizer_config.json's template writes it.</summary>
    public string ToChatMl()
    {
        var text = new StringBuilder();
        foreach (var (role, content) in Messages())
            text.Append(SpecialTokens.Start).Append(role).Append('\n').Append(content).Append(SpecialTokens.End).Append('\n');
        return text.ToString();
    }

    public IEnumerable<(string Role, string Content)> Messages()
    {
        if (System is not null)
            yield return ("system", System);
        foreach (var exchange in Exchanges)
        {
            yield return ("user", exchange.Prompt);
            yield return ("assistant", exchange.Answer);
        }
    }
}
