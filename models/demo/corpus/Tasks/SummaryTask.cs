using Temoto.Demo.Corpus.Layouts;
using Temoto.Demo.Corpus.World;

namespace Temoto.Demo.Corpus.Tasks;

/// <summary>A status line in, one sentence out: what is abnormal if anything is, otherwise all readings. A few lines become one clause each.</summary>
internal static class SummaryTask
{
    private static readonly Wordings English = new(
        [
            "[Please |Could you |Can you |]summari[z|s]e[| this| the| this status| the status| this status line| the line| this line| the machine status| the following| this for the shift report| this log line][ in one sentence| briefly| in plain words| please|||][.|:|:|]",
            "[Give me|I need|Write|Make] a [one-sentence |short |brief |one line |quick |]summary[ of this| of this line| of the status| please||][.|:|]",
            "[What does this|What does this line|What does the line below|What does this status][ say| mean| tell me][?|?|]",
            "[How is|How's] [this machine|the machine|it][ doing|][?]", "What about [this machine|the machine]?",
            "[What is|What's] [going on|happening|the status|the situation][ here| with this machine| there|][?|?|]",
            "[Describe|Explain|Sum up|Condense|Rephrase|Translate into plain words:|Put into words:] [this|the] [status line|status|line|entry|reading][ in one sentence| briefly| for a colleague||][.|:|]",
            "[One sentence|In one sentence|Short version|In short|tl;dr|Summary|summary please|Status|Status report][, please|][.|:|]",
            "[Is everything ok|Everything fine|All good|Anything wrong|Any problem][ here| with this machine| with it|][?]",
            "[Tell me|Report][ what is going on| how it runs| the status| what this means| about this machine][.|:|]",
            "[Please |]boil this [line |status |]down to [a|one] sentence[.|:]", "[What should I know about|What do I tell the boss about|How would you describe] this [machine|line|status][?]", "[Shift note|Handover] [from this|out of this line][, please.|:]",
            "[status|update|state][ in brief| briefly| please| pls|?|: one line|]", "[What is|What's] the [current |][condition|state|status][ here|][?|]", "[Please |][condense|shorten|make it short|keep it short][ this|][.|:|]", "[whats up|what's up|how does it look|how are things|all ok|still ok|ok|running fine][ here| there| with it|][?|]",
            "[Can you |]tell [the office|my boss|the next shift|the manager|me] in [one sentence|one line|a few words] [how it is|what this is|what it does][.|?|:|]", "[write|give me|make] [a status line|one line|one sentence|a short note|a note][ for this| on this| about this| from this|][.|:|]", "One sentence[, no bullets| only|][.|:|]", "[Summary|Summarise|Summarize][ in English|][ please|?|]", "[Summarize|Report|Describe] the [equipment |machine |][status|condition][.|:|]",
        ],
        [
            "[Tell me|Say] in [one sentence|plain words|short] [how this machine is|what this line says][.|:]",
            "[A short|A quick|A one-sentence] report[ of this line|, please|][.|:]",
            "[Summary of|Report on] [this|the] [line|status|machine][.|:]",
        ]);

    private static readonly Wordings Japanese = new(
        [
            "[この|次の|以下の|][状態行|状態|行|ステータス|ログ|内容|データ]を[一文で|短く|簡単に|簡潔に|わかりやすく|][要約して|まとめて|説明して][ください|下さい|くれますか|ほしい||]",
            "[要約|まとめ|一文で|一行で|短く|簡潔に|状態を一文で][:|：|お願いします。|して。|]",
            "[この機械|この設備|この装置|設備|機械|これ][はどうですか|はどうなっていますか|の状態はどうですか|の状況はどうですか|はどんな状態ですか|はいまどうなっていますか|の状態は|の状態を教えてください][?]",
            "[いま|今|現在]の[状態|状況|様子][は|を教えて|を教えてください][?|。|]",
            "[状態|状況|ステータス][を教えてください|を報告して|を一言で|の要約をお願いします][。|]",
            "[何が起きていますか|どうなっていますか|どういう状態ですか|どういう意味ですか|正常ですか|問題ありますか|異常はありますか|大丈夫ですか][?]",
            "[引き継ぎ|日報|報告][用に|のために]一文[にして|でお願いします|で書いて][。||]",
            "[この行|これ]を[ひとこと|一言]で[言うと|言って|表すと][?|。]", "[班長|上司]に伝える文[にして|をください][。|]", "[要点|ポイント]だけ[教えて|お願いします][。|]",
            "[現状|状況|様子|調子|以上|上記|これ]を[要約|一文で|1行で報告|まとめて|文章に|短く説明][して|してください|ください|お願いします|][。|]", "[サマリ|サマリー|まとめ|要約]を[お願いします|ください|頼みます][。|]", "[ひとことで|一言で|手短に|簡単に][お願いします|。|]", "[調子|具合|様子]は[どう|どうですか|いかがですか|][?|]", "[簡潔|手短]に[まとめてもらえますか|まとめて|報告して][?|。|]", "[状況|様子|状態][おしえて|教えて|を知りたい|報告][。|]", "→ [状態を文章に|要約|一文で]", "ってどう?",
        ],
        [
            "[この行|次の状態|以下の内容]を[一言|一文]に[まとめて|要約して][ください|][。|:]",
            "[この機械|設備]の[状態|様子]を[短く|簡単に]教えて[ください|][。|]",
            "[短い|簡単な][要約|報告|まとめ]を[お願いします|ください][。|:]",
        ]);

    public sealed record Entry(MachineType? Type, string Name, MachineState? State, List<Reading> Readings, string Note);

    public static Exchange Make(SeededRandom random, Language language, Split split)
    {
        var bare = random.Chance(22);
        var log = bare ? language : Request.LogLanguage(random, language);
        var count = random.Chance(12) ? random.Between(2, 4) : 1;
        var names = MachineName.DrawSet(random, split, log, count);
        var withType = random.Chance(45);
        var withState = count > 1 || random.Chance(88);
        var quantities = DrawQuantities(random, log, count > 1 ? random.Between(0, 1) : withState ? random.Pick([0, 1, 2, 2, 2, 3, 3, 4]) : random.Between(1, 3));
        var clock = random.Chance(35) ? new Clock(random, log) : null;
        var decoy = random.Chance(14);
        var entries = names.Select(name => new Entry(
            withType ? random.Pick(MachineType.All) : null, name, !withState ? null : random.Chance(52) ? MachineState.Running : random.Pick(MachineState.All),
            Readings(random, split, log, quantities),
            count == 1 && log == language && random.Chance(8) ? Noise.Note(random, log) : "")).ToArray();
        // One spelling of key and unit for a log, as a header has it.
        if (random.Wide && count > 1)
        {
            foreach (var entry in entries)
            {
                for (var index = 0; index < entry.Readings.Count; index++)
                    entry.Readings[index] = entry.Readings[index].SpelledAs(entries[0].Readings[index]);
            }
        }
        var layout = Layout.Draw(random, split, log);
        var lines = layout.Write([.. entries.Select(entry => Cells(random, log, entry, clock, decoy))]);
        var request = bare ? "" : (language == Language.En ? English : Japanese).Pick(random, split);
        var marked = entries.Any(entry => entry.Readings.Any(reading => reading.Abnormal));
        var answer = count > 1 ? Several(language, entries) : One(language, entries[0]);
        return new(Kind.Summary, language, count > 1 ? "several" : marked ? "marked" : "plain", Request.Join(random, language, request, lines), answer);
    }

    private static List<Reading> Readings(SeededRandom random, Split split, Language log, List<Quantity> quantities)
    {
        if (quantities.Count < 2 || !random.WideChance(30))
            return [.. quantities.Select(quantity => Reading.Draw(random, split, log, quantity))];
        // One mark among several readings: it belongs to one of them.
        var marked = random.Next(quantities.Count);
        return [.. quantities.Select((quantity, index) =>
        {
            var reading = Reading.Draw(random, split, log, quantity, markedPercent: 0);
            if (index != marked)
                return reading;
            // Without what may say that it is fine.
            reading = reading with { Verdict = Verdict.None, Mark = "", Limit = "" };
            return random.Chance(75) ? reading.Marked(random, log, random.Pick([Verdict.High, Verdict.Low, Verdict.Low, Verdict.Flagged])) : reading.WithLimit(random, random.Pick([Verdict.Above, Verdict.Below]));
        })];
    }

    private static List<Quantity> DrawQuantities(SeededRandom random, Language log, int count)
    {
        var quantities = new List<Quantity>();
        while (quantities.Count < count)
        {
            var quantity = random.Chance(random.Wide ? 24 : 8) ? Quantity.Tag(random, log) : random.Chance(55) ? Quantity.All[random.Next(10)] : random.Pick(Quantity.All);
            if (!quantities.Contains(quantity))
                quantities.Add(quantity);
        }
        return quantities;
    }

    private static Cell[] Cells(SeededRandom random, Language log, Entry entry, Clock? clock, bool decoy)
    {
        var cells = new List<Cell> { new(Role.Name, entry.Name) };
        if (entry.Type is { } type)
            cells.Add(new(Role.Type, type.In(log)));
        if (entry.State is { } state)
            cells.Add(new(Role.State, state.InLog(random, log)));
        if (clock is not null)
            cells.Add(new(Role.Time, clock.Next()));
        if (decoy)
            cells.Add(new(Role.Decoy, Noise.Decoy(random, log)));
        if (entry.Note.Length > 0)
            cells.Add(new(Role.Note, entry.Note));
        cells.AddRange(entry.Readings.Select(Cell.Of));
        return [.. cells];
    }

    public static string One(Language language, Entry entry)
    {
        var abnormal = entry.Readings.Where(reading => reading.Abnormal).ToArray();
        var normal = entry.State == MachineState.Running && abnormal.Length == 0;
        if (language == Language.En)
        {
            var who = Texts.Capital(entry.Type is null ? entry.Name : $"{entry.Type.En} {entry.Name}");
            who = entry.Type is null ? entry.Name : who;
            var start = entry.State is null ? who : $"{who} is {entry.State.En}{(normal ? " normally" : "")}";
            var rest = abnormal.Length > 0 ? (entry.State is null ? ": " : entry.State.Fault ? ", and " : ", but ") + Texts.And([.. abnormal.Select(reading => reading.Complaint(language))])
                : entry.Readings.Count > 0 ? ": " + string.Join(", ", entry.Readings.Select(reading => reading.Plain(language))) : "";
            return $"{start}{rest}.{(entry.Note.Length > 0 ? $" Note: {entry.Note}." : "")}";
        }
        var subject = entry.Type is null ? entry.Name : $"{entry.Type.Ja} {entry.Name}";
        var gap = Texts.Gap(subject);
        var complaints = string.Join("、", abnormal.Select(reading => reading.Complaint(language)));
        var readings = string.Join("、", entry.Readings.Select(reading => reading.Plain(language)));
        var note = entry.Note.Length > 0 ? $"備考: {entry.Note}。" : "";
        if (entry.State is null)
            return $"{subject}{gap}は{(abnormal.Length > 0 ? complaints + "です" : readings)}。{note}";
        var state = $"{subject}{gap}は{(normal ? "正常に" : "")}{entry.State.Ja}で";
        return (abnormal.Length > 0 ? $"{state}{(entry.State.Fault ? "" : "すが")}、{complaints}です。" : readings.Length > 0 ? $"{state}す。{readings}。" : $"{state}す。") + note;
    }

    private static string Several(Language language, Entry[] entries)
    {
        string Clause(Entry entry)
        {
            var complaints = string.Join(language == Language.En ? ", " : "、", entry.Readings.Where(reading => reading.Abnormal).Select(reading => reading.Complaint(language)));
            var text = language == Language.En ? $"{entry.Name} is {entry.State!.En}" : $"{entry.Name}{Texts.Gap(entry.Name)}は{entry.State!.Ja}";
            return complaints.Length == 0 ? text : $"{text} ({complaints})";
        }
        return language == Language.En ? string.Join("; ", entries.Select(Clause)) + "." : string.Join("、", entries.Select(Clause)) + "です。";
    }
}
