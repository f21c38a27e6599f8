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

    /// <summary>Of the whole world.</summary>
    private static readonly Happening[] AllHappenings =
    [
        .. Happenings,
        new(["tripped", "TRIP", "trip", "tripped out"], "trip", "tripped", ["トリップ", "トリップ停止", "TRIP"], "トリップした"),
        new(["restarted", "RESTART", "running again", "back in operation"], "restart", "restarted", ["再起動", "運転再開", "再始動"], "運転を再開した"),
        new(["setup started", "changeover start", "SETUP"], "begin its setup", "began its setup", ["段取り開始", "型替え開始", "段取替開始"], "段取りに入った"),
        new(["jam cleared", "jam removed", "JAM CLEAR"], "have its jam cleared", "had its jam cleared", ["詰まり解除", "ジャム解消", "詰まり除去"], "詰まりが解消した"),
        new(["connection lost", "COMM LOST", "went offline"], "lose its connection", "lost its connection", ["通信断", "接続断", "オフライン"], "通信が切れた"),
    ];

    private static Happening[] Known(SeededRandom random) => random.Wide ? AllHappenings : Happenings;

    /// <param name="Reason">Why it stopped, where the log says so in one of its lines; or empty.</param>
    private sealed record Entry(string Time, string Name, Happening? Happening, string Message, string Reason = "");

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
        var happenings = random.PickSome(Known(random), 4);
        if (random.WideChance(40))
            happenings[0] = random.Chance(60) ? AllHappenings[0] : AllHappenings.First(happening => happening.EnAsk == "trip");
        happenings = [.. happenings.Distinct()];
        var words = happenings.Select(happening => random.Pick(english ? happening.EnLog : happening.JaLog)).ToArray();
        var entries = new Entry[count];
        var used = new HashSet<(string, int)>();
        var alarmWord = random.Pick(english ? ["ALARM", "alarm", "Alarm"] : (string[])["アラーム", "警報", "異常"]);
        var severities = random.Chance(30);
        var rows = new Cell[count][];
        for (var index = 0; index < count; index++)
        {
            var name = index < names.Length ? names[index] : random.Pick(names);
            var which = random.Next(happenings.Length);
            if (random.Chance(35) || !used.Add((name, which)))
            {
                var fault = Fault.Draw(random, split, language, language, name).Message;
                entries[index] = new(clock.Next(), name, null, fault);
            }
            else
            {
                entries[index] = new(clock.Next(), name, happenings[which], words[which]);
                if (happenings[which].EnAsk is "stop" or "trip")
                    entries[index] = Explained(random, language, split, entries[index], index > 0 ? entries[index - 1] : null);
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

    /// <summary>A stop with its reason, where the world is the whole one: in its own words, or in those of the alarm before it.</summary>
    private static Entry Explained(SeededRandom random, Language language, Split split, Entry stop, Entry? before)
    {
        if (!random.WideChance(45))
            return before is { Happening: null } alarm && alarm.Name == stop.Name ? stop with { Reason = alarm.Message } : stop;
        var reason = Fault.Draw(random, split, language, language, stop.Name).Message;
        var joint = random.Pick(language == Language.En ? [": ", " - ", ", reason: ", " due to ", ", cause: ", " because of ", " "] : (string[])["：", " 原因:", "、原因は", " ", "、", "（原因）", " 理由："]);
        return stop with { Message = stop.Message + joint + reason, Reason = reason };
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
        var explained = random.Wide ? once.Where(item => item.Reason.Length > 0).ToArray() : [];
        if (explained.Length > 0 && random.Chance(40))
        {
            entry = random.Pick(explained);
            return ("event-why", [entry.Name, "", english ? entry.Happening!.EnAsk : entry.Happening!.JaPast, "", "", ""], english ? $"{entry.Name} {entry.Happening.EnPast}: {entry.Reason}." : $"{entry.Name}{Texts.Gap(entry.Name)}が{entry.Happening.JaPast}原因: {entry.Reason}。");
        }
        switch (random.Next(11))
        {
            case 10:
                var other = random.Pick(Known(random));
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
