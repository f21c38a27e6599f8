using Temoto.Demo.Corpus.Layouts;
using Temoto.Demo.Corpus.World;

namespace Temoto.Demo.Corpus.Tasks;

/// <summary>A log of what happened, and a question about it: what, when, which machine, how many alarms.</summary>
internal static class EventTask
{
    /// <summary>Something that happens to machines.</summary>
    /// <param name="EnAsk">What follows "did it": stop.</param>
    /// <param name="EnPast">What follows the machine: stopped.</param>
    private sealed record Happening(string[] EnLog, string EnAsk, string EnPast, string[] JaLog, string JaPast);

    private static readonly Happening[] Happenings =
    [
        new(["stopped", "STOP", "stop", "machine stopped", "halt"], "stop", "stopped", ["停止", "運転停止", "停止しました", "STOP"], "停止した"),
        new(["started", "START", "start", "machine started", "run"], "start", "started", ["起動", "運転開始", "始動", "START"], "起動した"),
        new(["reset", "RESET", "alarm reset", "reset by operator"], "get reset", "was reset", ["リセット", "アラーム解除", "復帰", "RESET"], "復帰した"),
        new(["door opened", "DOOR OPEN", "guard opened"], "have its door opened", "had its door opened", ["扉開", "扉が開いた", "カバー開"], "扉が開いた"),
        new(["maintenance started", "MAINT START", "service begun"], "go into maintenance", "went into maintenance", ["保守開始", "点検開始", "メンテ開始"], "保守に入った"),
        new(["setup finished", "changeover done", "SETUP END"], "finish its setup", "finished its setup", ["段取り完了", "段取終了", "型替え完了"], "段取りを終えた"),
        new(["tool changed", "TOOL CHANGE", "tool replaced"], "get a new tool", "got a new tool", ["工具交換", "刃具交換"], "工具を交換した"),
        new(["batch finished", "lot complete", "job done", "END OF BATCH"], "finish its batch", "finished its batch", ["ロット完了", "加工完了", "生産終了"], "ロットを終えた"),
    ];

    private sealed record Entry(string Time, string Name, Happening? Happening, string Message);

    public static Exchange Make(SeededRandom random, Language language, Split split)
    {
        var entries = DrawLog(random, language, split, out var lines);
        var text = Ask(random, language, split, entries, out var form, out var answer);
        return new(Kind.Question, language, form, Request.Join(random, language, text, lines), answer);
    }

    /// <summary>Several questions about one log, each behind it.</summary>
    public static Exchange[] MakeSeveral(SeededRandom random, Language language, Split split, int count)
    {
        var entries = DrawLog(random, language, split, out var lines);
        var exchanges = new Exchange[count];
        for (var index = 0; index < count; index++)
        {
            var text = Ask(random, language, split, entries, out var form, out var answer);
            exchanges[index] = new(Kind.Question, language, form, Request.Behind(random, language, text, lines), answer);
        }
        return exchanges;
    }

    private static Entry[] DrawLog(SeededRandom random, Language language, Split split, out string lines)
    {
        var english = language == Language.En;
        var count = random.Pick([2, 3, 3, 4, 4, 5, 6]);
        var clock = new Clock(random, language);
        var names = MachineName.DrawSet(random, split, language, random.Between(2, count));
        var happenings = random.PickSome(Happenings, 4);
        var words = happenings.Select(happening => random.Pick(english ? happening.EnLog : happening.JaLog)).ToArray();
        var entries = new Entry[count];
        var used = new HashSet<(string, int)>();
        var alarmWord = random.Pick(english ? ["ALARM", "alarm", "Alarm"] : (string[])["アラーム", "警報", "異常"]);
        var severities = random.Chance(30);
        var rows = new Cell[count][];
        for (var index = 0; index < count; index++)
        {
            var name = index < names.Length ? names[index] : random.Pick(names);
            var which = random.Next(4);
            if (random.Chance(35) || !used.Add((name, which)))
            {
                var fault = Fault.Draw(random, split, language, language, name).Message;
                entries[index] = new(clock.Next(), name, null, fault);
            }
            else
            {
                entries[index] = new(clock.Next(), name, happenings[which], words[which]);
            }
        }
        for (var index = 0; index < count; index++)
        {
            var entry = entries[index];
            var alarm = entry.Happening is null;
            rows[index] = severities
                ? [new(Role.Time, entry.Time), new(Role.Name, entry.Name), new(Role.Severity, alarm ? alarmWord : english ? "INFO" : "情報"), new(Role.Message, entry.Message)]
                : [new(Role.Time, entry.Time), new(Role.Name, entry.Name), new(Role.Message, alarm ? $"{alarmWord}{random.Pick([": ", " "])}{entry.Message}" : entry.Message)];
        }
        lines = Layout.Draw(random, split, language).Write(rows);
        return entries;
    }

    private static string Ask(SeededRandom random, Language language, Split split, Entry[] entries, out string form, out string answer)
    {
        (form, var arguments, answer) = Ask(random, language, entries);
        var text = string.Format(QuestionWordings.Of(form, language).Pick(random, split), arguments);
        return language == Language.En ? Texts.Capital(text) : text;
    }

    private static (string Form, object[] Arguments, string Answer) Ask(SeededRandom random, Language language, Entry[] entries)
    {
        var english = language == Language.En;
        var entry = random.Pick(entries);
        var separator = english ? ", " : "、";
        string Line(Entry item) => $"{item.Time} {item.Message}";
        string Stop(string text) => english ? text + "." : text + "。";
        var once = entries.Where(item => item.Happening is not null && entries.Count(other => other.Happening == item.Happening && other.Name == item.Name) == 1).ToArray();
        var alone = entries.Where(item => item.Happening is not null && entries.Count(other => other.Happening == item.Happening) == 1).ToArray();
        switch (random.Next(11))
        {
            case 10:
                var other = random.Pick(Happenings);
                var match = entries.Where(item => item.Name == entry.Name && item.Happening == (random.Chance(60) ? entry.Happening : other)).ToArray();
                var asked = match.Length > 0 ? match[0].Happening ?? other : other;
                var sure = entries.Where(item => item.Name == entry.Name && item.Happening == asked).ToArray();
                return ("event-did", [entry.Name, "", english ? asked.EnAsk : asked.JaPast, "", "", ""], sure.Length == 0 ? (english ? "No, the log does not say so." : "いいえ、その記録はありません。")
                    : english ? $"Yes, {entry.Name} {asked.EnPast} at {sure[0].Time}." : $"はい、{entry.Name}{Texts.Gap(entry.Name)}が{asked.JaPast}のは {sure[0].Time} です。");
            case < 2 when once.Length > 0:
                entry = random.Pick(once);
                return ("event-when", [entry.Name, "", english ? entry.Happening!.EnAsk : entry.Happening!.JaPast, "", "", ""], english ? $"{entry.Name} {entry.Happening.EnPast} at {entry.Time}." : $"{entry.Name}{Texts.Gap(entry.Name)}が{entry.Happening.JaPast}のは {entry.Time} です。");
            case 2 when alone.Length > 0:
                entry = random.Pick(alone);
                return ("event-who", ["", "", english ? entry.Happening!.EnPast : entry.Happening!.JaPast, "", "", ""], english ? $"{entry.Name} {entry.Happening.EnPast} at {entry.Time}." : $"{entry.Name}{Texts.Gap(entry.Name)}が {entry.Time} に{entry.Happening.JaPast}。");
            case < 5:
                return ("event-at", ["", "", "", "", "", entry.Time], Stop(english ? $"At {entry.Time}: {entry.Name}, {entry.Message}" : $"{entry.Time}: {entry.Name}、{entry.Message}"));
            case < 8:
                return ("event-of", [entry.Name, "", "", "", "", ""], Stop($"{entry.Name}: {string.Join(separator, entries.Where(item => item.Name == entry.Name).Select(Line))}"));
            default:
                var alarms = entries.Where(item => item.Happening is null).Select(item => $"{item.Time} {item.Name} {item.Message}").ToArray();
                return ("alarms", ["", "", "", "", "", ""], alarms.Length == 0 ? (english ? "No alarms in the log." : "ログにアラームはありません。") : english ? $"{string.Join("; ", alarms)}. Alarms: {alarms.Length}." : $"{string.Join("、", alarms)}。アラーム: {alarms.Length}件。");
        }
    }
}
