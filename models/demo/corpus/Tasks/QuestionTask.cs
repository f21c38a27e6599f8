using System.Globalization;
using Temoto.Demo.Corpus.Layouts;
using Temoto.Demo.Corpus.World;

namespace Temoto.Demo.Corpus.Tasks;

/// <summary>
/// A log of two to six lines and a question. Where lines must be compared or counted, the answer first goes through them, and then concludes in the
/// same words: every step is a short copy, which a model this small can learn. What a list does not need it does not name: only a value beyond a
/// limit is given its machine, machines in a state are counted as they come, and which they are is said at once.
/// </summary>
internal static class QuestionTask
{
    /// <param name="Trouble">What the log says is wrong with it, in its own words; or empty.</param>
    private sealed record Entry(string Time, MachineType? Type, string Name, MachineState? State, Reading[] Readings, string Trouble)
    {
        public bool Abnormal => State is { Fault: true } || Trouble.Length > 0 || Readings.Any(reading => reading.Abnormal);
    }

    /// <summary>A log and what its answers need.</summary>
    /// <param name="Series">Whether the lines are one machine at several times: then times take the place of names.</param>
    /// <param name="Keyless">Whether the readings stand without the names of what they are.</param>
    private sealed record Log(Language Language, Entry[] Entries, Quantity[] Quantities, bool Series, bool Keyless)
    {
        public string Who(Entry entry) => Series ? entry.Time : entry.Name;
    }

    private static readonly string[] Forms =
    [
        "highest", "highest", "highest", "highest", "highest", "lowest", "lowest", "lowest", "lowest", "value", "value", "value", "value", "state", "is-state", "is-state", "which-state", "which-state", "which-state", "count-state", "count-state", "count-state",
        "above", "above", "below", "is-above", "over-limit", "abnormal", "abnormal", "abnormal", "abnormal", "time", "first", "last", "count", "about", "about", "absent", "absent", "absent", "absent-quantity", "absent-quantity",
    ];

    /// <summary>What is learned last, asked more often.</summary>
    private static readonly string[] HardForms = ["which-state", "which-state", "which-state", "count-state", "above", "above", "below", "below", "is-state", "is-state", "is-above", "absent-quantity", "abnormal", "abnormal", "highest", "lowest"];

    private static readonly string[] SeriesForms = ["highest", "lowest", "value-at", "value-at", "latest", "latest", "when-highest", "when-highest", "when-lowest", "above", "first", "last"];

    public static Exchange Make(SeededRandom random, Language language, Split split)
    {
        if (random.Chance(13))
            return EventTask.Make(random, language, split);
        var log = DrawLog(random, split, language, out var form, out var lines);
        var text = Ask(random, split, log, form, language, out var answer);
        return new(Kind.Question, language, form, Request.Join(random, language, text, lines), answer);
    }

    /// <summary>Several questions about one log, each behind it, so that their prompts begin with the same text.</summary>
    public static Exchange[] MakeSeveral(SeededRandom random, Language language, Split split, int count)
    {
        if (random.Chance(13))
            return EventTask.MakeSeveral(random, language, split, count);
        var log = DrawLog(random, split, language, out var form, out var lines);
        var exchanges = new Exchange[count];
        for (var index = 0; index < count; index++)
        {
            var text = Ask(random, split, log, form, language, out var answer);
            exchanges[index] = new(Kind.Question, language, form, Request.Behind(random, language, text, lines), answer);
            do
                form = DrawForm(random, log.Series);
            while (!Suits(log, form));
        }
        return exchanges;
    }

    private static Log DrawLog(SeededRandom random, Split split, Language language, out string form, out string lines)
    {
        var series = random.Chance(13);
        form = DrawForm(random, series);
        return DrawLog(random, split, Request.LogLanguage(random, language), form, series, out lines);
    }

    private static string DrawForm(SeededRandom random, bool series) => random.Pick(series ? SeriesForms : random.WideChance(35) ? HardForms : Forms);

    /// <summary>Whether the log has what a question of this form asks for. What stands without its name is not asked about by other names.</summary>
    private static bool Suits(Log log, string form) => form switch
    {
        "state" or "is-state" or "which-state" or "count-state" => log.Entries.All(entry => entry.State is not null),
        "time" => log.Entries.All(entry => entry.Time.Length > 0),
        "over-limit" => log.Entries.All(entry => entry.Readings.Length > 0 && entry.Readings.All(reading => reading.Limit.Length > 0)),
        "highest" or "lowest" or "value" or "above" or "below" or "is-above" or "when-highest" or "when-lowest" or "value-at" or "latest" => log.Quantities.Length > 0,
        "about" => !log.Keyless && log.Entries.All(entry => entry.Trouble.Length == 0),
        "abnormal" or "absent" or "absent-quantity" => !log.Keyless,
        _ => true,
    };

    private static string Ask(SeededRandom random, Split split, Log log, string form, Language language, out string answer)
    {
        (var wordings, var question, answer) = Ask(random, split, language, log, form, out var state);
        if (wordings is "which-state" or "count-state" or "is-state" && random.WideChance(40) && state.InQuestion(random, language) is { } asked)
        {
            question[2] = asked;
            if (language == Language.Ja)
                wordings += "-verb";
        }
        // Who asks does not type a machine's capitals.
        if (question[0] is string { Length: > 0 } who && log.Entries.Any(entry => entry.Name == who) && random.WideChance(10))
            question[0] = who.ToLowerInvariant();
        var text = string.Format(QuestionWordings.Of(wordings, language).Pick(random, split), question);
        return language == Language.En ? Texts.Capital(text) : text;
    }

    private static Log DrawLog(SeededRandom random, Split split, Language language, string form, bool series, out string lines)
    {
        var single = form is "value" or "state" or "is-state" or "is-above" or "over-limit" or "abnormal" or "absent" or "absent-quantity";
        var count = single && random.Chance(20) ? 1 : random.Pick([2, 2, 3, 3, 3, 4, 4, 5, 6]);
        var wantsState = form is "state" or "is-state" or "which-state" or "count-state";
        // A third of the logs is as short as people type them: a name and one reading, or a state.
        var brief = !series && form is not "time" && random.Chance(33);
        var withState = !series && (wantsState || (!brief && random.Chance(50)));
        var quantities = random.PickSome(random.Chance(60) ? Quantity.All[..10] : Quantity.All, wantsState ? (brief ? 0 : random.Between(0, 2)) : brief ? 1 : random.Pick([1, 1, 1, 2, 2, 3]));
        if (quantities.Length > 0 && random.WideChance(18))
            quantities[0] = Quantity.Tag(random, language);
        if (form is "highest" or "lowest" && random.Chance(25))
            quantities[0] = Quantity.All[0];
        quantities = [.. quantities.Distinct()];
        var troubled = form == "abnormal" && random.WideChance(45);
        if (troubled && random.Chance(50))
            quantities = [];
        var troubles = troubled ? Troubles.Draw(random, language) : null;
        var names = series ? [.. Enumerable.Repeat(MachineName.Draw(random, split, language), count)] : MachineName.DrawSet(random, split, language, count);
        var types = !brief && random.Chance(40) ? random.Chance(55) || series ? [random.Pick(MachineType.All)] : MachineType.All : null;
        var clock = series || form is "time" || (!brief && random.Chance(40)) ? new Clock(random, language) : null;
        // Few different states in a log, so that counting has something to count.
        MachineState[] states = [random.Pick(MachineState.All), MachineState.Running, MachineState.Running, random.Chance(50) ? MachineState.Stopped : random.Pick(MachineState.All)];
        var words = states.Distinct().ToDictionary(state => state, state => state.InLog(random, language));
        var values = quantities.Select(quantity => quantity.DrawValues(random, split, count)).ToArray();
        // One spelling of key and unit for a log; marks come line by line.
        var samples = quantities.Select(quantity => Reading.Draw(random, split, language, quantity, markedPercent: 0) with { Mark = "", Limit = "", Verdict = Verdict.None }).ToArray();
        var markedPercent = form == "abnormal" ? random.Pick([0, 25, 40]) : random.Chance(20) ? 20 : 0;
        var entries = new Entry[count];
        var showName = !series || random.Chance(80);
        var rows = new Cell[count][];
        for (var index = 0; index < count; index++)
        {
            var readings = samples.Select((sample, quantity) => Judged(random, language, sample with { Value = values[quantity][index] }, form, markedPercent)).ToArray();
            var time = clock?.Next() ?? "";
            var type = types is null ? null : random.Pick(types);
            var trouble = troubled ? Troubles.Of(random, split, language, names[index]) : "";
            entries[index] = new(time, type, names[index], withState && !troubled ? random.Pick(states) : null, readings, trouble);
            rows[index] = Cells(entries[index], language, words, showName);
            if (troubles is not null)
                rows[index] = [.. rows[index], troubles.CellOf(trouble)];
        }
        var keyless = brief && quantities.Length == 1 && form is "highest" or "lowest" or "above" or "below" or "value" or "is-above" && random.Chance(50) && Quantity.All.Contains(quantities[0]);
        var layout = Layout.Draw(random, split, language, !showName || keyless ? Family.Bare : null, keyless);
        lines = layout.Write(rows);
        return new(language, entries, quantities, series, keyless);
    }

    /// <summary>With the limit or the mark that the question needs, or now and then another.</summary>
    private static Reading Judged(SeededRandom random, Language language, Reading reading, string form, int markedPercent)
    {
        if (form == "over-limit")
            return reading.WithLimit(random, random.Pick([Verdict.Above, Verdict.Within]));
        if (random.Chance(markedPercent / 2))
            return reading.WithLimit(random, Verdict.Above);
        return random.Chance(markedPercent) ? reading.Marked(random, language, random.Pick([Verdict.High, Verdict.Low, Verdict.Flagged])) : reading;
    }

    private static Cell[] Cells(Entry entry, Language language, Dictionary<MachineState, string> words, bool showName)
    {
        var cells = new List<Cell>();
        if (showName)
            cells.Add(new(Role.Name, entry.Name));
        if (entry.Type is { } type && showName)
            cells.Add(new(Role.Type, type.In(language)));
        if (entry.State is { } state)
            cells.Add(new(Role.State, words[state]));
        if (entry.Time.Length > 0)
            cells.Add(new(Role.Time, entry.Time));
        cells.AddRange(entry.Readings.Select(Cell.Of));
        return [.. cells];
    }

    /// <summary>Which wordings to ask with, what goes into them, and the answer.</summary>
    private static (string Wordings, object[] Question, string Answer) Ask(SeededRandom random, Split split, Language language, Log log, string form, out MachineState stateAsked)
    {
        var english = language == Language.En;
        var entries = log.Entries;
        var at = random.Next(entries.Length);
        var entry = entries[at];
        var which = log.Quantities.Length == 0 ? -1 : random.Next(log.Quantities.Length);
        if (form is "highest" or "lowest" && log.Quantities.Contains(Quantity.All[0]))
            which = Array.IndexOf(log.Quantities, Quantity.All[0]);
        var quantity = which < 0 ? random.Pick(Quantity.All) : log.Quantities[which];
        var noun = quantity.In(language);
        var asked = which >= 0 && random.Chance(20) && log.Language == language ? entries[0].Readings[which].Key : noun;
        var state = form == "count-state" || form == "which-state" ? (random.Chance(78) && entry.State is { } own ? own : random.Pick(MachineState.All)) : random.Chance(50) && entry.State is { } same ? same : random.Chance(60) ? MachineState.Running : random.Pick(MachineState.All);
        var sort = entries.All(other => other.Type is not null && other.Type == entries[0].Type) ? entries[0].Type!.In(language) : english ? "machine" : "設備";
        var number = "";
        stateAsked = state;
        object[] Words(string who) => [who, asked, state.In(language), number, sort, entry.Time];
        string Item(Entry item) => $"{item.Readings[which].Answer} ({log.Who(item)})";
        string List(Func<Entry, string> show) => english ? string.Join("; ", entries.Select(show)) + ". " : string.Join("、", entries.Select(show)) + "。";
        string Joined(IEnumerable<string> items) => string.Join(english ? ", " : "、", items);
        string Of(string name) => $"{name}{Texts.Gap(name)}";
        double Number(Entry item) => double.Parse(item.Readings[which].Value, CultureInfo.InvariantCulture);
        if (which < 0 && form is "highest" or "lowest" or "value" or "above" or "below" or "is-above" or "over-limit" or "when-highest" or "when-lowest")
            form = "count";
        switch (form)
        {
            case "highest" or "lowest" or "when-highest" or "when-lowest":
                var most = form.EndsWith("highest", StringComparison.Ordinal);
                var found = most ? entries.MaxBy(Number)! : entries.MinBy(Number)!;
                var hot = quantity == Quantity.All[0] && form is "highest" or "lowest" && !log.Series && random.Chance(30);
                return (hot ? (most ? "hottest" : "coolest") : form, Words(""), List(Item) + (english ? $"{(most ? "Highest" : "Lowest")} {noun}: {Item(found)}." : $"{noun}が最も{(most ? "高い" : "低い")}: {Item(found)}。"));
            case "value":
                return ("value", Words(entry.Name), english ? $"The {noun} of {entry.Name} is {entry.Readings[which].Answer}." : $"{Of(entry.Name)}の{noun}は {entry.Readings[which].Answer} です。");
            case "value-at":
                return (form, Words(""), english ? $"The {noun} at {entry.Time} is {entry.Readings[which].Answer}." : $"{Of(entry.Time)}の{noun}は {entry.Readings[which].Answer} です。");
            case "latest":
                return (form, Words(""), english ? $"The latest {noun} is {Item(entries[^1])}." : $"最新の{noun}は {Item(entries[^1])} です。");
            case "state":
                return (form, Words(entry.Name), english ? $"{entry.Name} is {entry.State!.En}." : $"{Of(entry.Name)}は{entry.State!.Ja}です。");
            case "is-state":
                var yes = entry.State == state;
                return (form, Words(entry.Name), english ? $"{(yes ? "Yes" : "No")}, {entry.Name} is {entry.State!.En}." : $"{(yes ? "はい" : "いいえ")}、{Of(entry.Name)}は{entry.State!.Ja}です。");
            case "which-state":
                var those = entries.Where(other => other.State == state).Select(other => other.Name).ToArray();
                var names = those.Length > 0 ? Joined(those) : english ? "none" : "なし";
                return (form, Words(""), english ? $"{Texts.Capital(state.En)}: {names}." : $"{state.Ja}: {names}。");
            case "count-state":
                var counted = 0;
                string Counted(Entry other) => $"{other.Name} {other.State!.In(language)}{(other.State == state ? $" ({++counted})" : "")}";
                return (form, Words(""), List(Counted) + (english ? $"{Texts.Capital(state.En)}: {counted} of {entries.Length}." : $"{state.Ja}: {entries.Length}台中{counted}台。"));
            case "above" or "below":
                var above = form == "above";
                number = Threshold(random, entries.Select(Number).ToArray());
                var limit = double.Parse(number, CultureInfo.InvariantCulture);
                var beyond = entries.Where(other => above ? Number(other) > limit : Number(other) < limit).ToArray();
                var unit = entries[0].Readings[which].AnswerUnit;
                var threshold = number;
                if (unit.Length > 0 && random.Chance(40))
                    number += (random.Chance(60) ? " " : "") + entries[0].Readings[which].LogUnit;
                var conclusion = beyond.Length == 0 ? (english ? "none" : "なし") : Joined(beyond.Select(log.Who));
                return (form, Words(""), List(other => beyond.Contains(other) ? Item(other) : other.Readings[which].Answer) + (english ? $"{(above ? "Above" : "Below")} {threshold}: {conclusion}." : $"{threshold} {(above ? "超え" : "未満")}: {conclusion}。"));
            case "is-above":
                number = Threshold(random, [Number(entry) * (0.8 + (0.4 * random.Fraction()))]);
                var exceeds = Number(entry) > double.Parse(number, CultureInfo.InvariantCulture);
                var reading = entry.Readings[which].Answer;
                return (form, Words(entry.Name), english
                    ? $"{(exceeds ? "Yes" : "No")}, the {noun} of {entry.Name} is {reading}, {(exceeds ? "above" : "not above")} {number}."
                    : $"{(exceeds ? "はい" : "いいえ")}、{Of(entry.Name)}の{noun}は {reading} で、{number} を超えて{(exceeds ? "います" : "いません")}。");
            case "over-limit":
                var measured = entry.Readings[which];
                if (measured.Limit.Length == 0)
                    goto case "value";
                var broken = measured.Verdict == Verdict.Above;
                var bound = measured.AnswerUnit.Length == 0 ? measured.Limit : $"{measured.Limit} {measured.AnswerUnit}";
                return ("over-limit", Words(entry.Name), english
                    ? $"{(broken ? "Yes" : "No")}, the {noun} of {entry.Name} is {measured.Answer}, {(broken ? "above" : "within")} the limit of {bound}."
                    : $"{(broken ? "はい" : "いいえ")}、{Of(entry.Name)}の{noun}は {measured.Answer} で、上限 {bound} {(broken ? "を超えています" : "以内です")}。");
            case "abnormal":
                var wrong = entries.Where(other => other.Abnormal).Select(other => Complaint(language, log, other)).ToArray();
                return (form, Words(""), wrong.Length == 0 ? (english ? "Nothing in the log is marked abnormal." : "ログに異常の印はありません。") : english ? $"Abnormal: {string.Join("; ", wrong)}." : $"異常: {string.Join("、", wrong)}。");
            case "time":
                return (form, Words(entry.Name), english ? $"{entry.Name} is logged at {entry.Time}." : $"{Of(entry.Name)}の記録は {entry.Time} です。");
            case "first" or "last":
                var end = form == "first" ? entries[0] : entries[^1];
                var item = log.Series && which >= 0 ? Item(end) : end.Time.Length == 0 ? end.Name : $"{end.Name} ({end.Time})";
                return (form, Words(""), english ? $"The {form} entry is {item}." : $"{(form == "first" ? "最初" : "最後")}の記録は {item} です。");
            case "count":
                return (form, Words(""), english ? $"{string.Join(", ", entries.Select(other => other.Name))}: {entries.Length} {(entries.Length == 1 ? "machine" : "machines")}." : $"{string.Join("、", entries.Select(other => other.Name))}: {entries.Length}台。");
            case "about":
                return (form, Words(entry.Name), SummaryTask.One(language, new(entry.Type, entry.Name, entry.State, [.. entry.Readings], "")));
            case "absent":
                string stranger;
                do
                {
                    // Mostly of the same family: P-19 where the log has P-17 and P-18.
                    stranger = random.Chance(60) ? MachineName.Sibling(random, split, entry.Name) : MachineName.Draw(random, split, log.Language);
                }
                while (entries.Any(other => other.Name == stranger));
                var forms = log.Quantities.Length == 0 ? ["state", "is-state", "about"] : entry.State is null ? ["value", "value", "about"] : (string[])["value", "value", "state", "is-state", "about"];
                return (random.Pick(forms), Words(stranger), english ? $"{stranger} is not in the log." : $"{Of(stranger)}はログにありません。");
            default:
                var missing = random.WideChance(25) ? Quantity.Tag(random, language) : random.Pick([.. Quantity.All.Where(other => !log.Quantities.Any(has => has.En.Contains(other.En.Split(' ')[^1], StringComparison.Ordinal) || has.Ja.Contains(other.Ja, StringComparison.Ordinal)))]);
                asked = missing.In(language);
                return (random.Pick(["value", "value", "highest", "lowest", "highest"]), Words(entry.Name), english ? $"The log does not give the {asked}." : $"ログに{asked}はありません。");
        }
    }

    private static string Complaint(Language language, Log log, Entry entry)
    {
        var complaints = entry.Readings.Where(reading => reading.Abnormal).Select(reading => reading.Complaint(language)).ToList();
        if (entry.State is { Fault: true } state)
            complaints.Insert(0, state.In(language));
        if (entry.Trouble.Length > 0)
            complaints.Insert(0, entry.Trouble);
        return $"{log.Who(entry)} ({string.Join(language == Language.En ? ", " : "、", complaints)})";
    }

    /// <summary>A round number between the values, or near them, that none of them equals.</summary>
    private static string Threshold(SeededRandom random, double[] values)
    {
        var middle = (values.Min() * 0.97) + ((values.Max() - values.Min()) * random.Fraction()) + (values.Max() * 0.04 * random.Fraction());
        var step = middle > 200 ? 50 : middle > 40 ? 5 : middle > 8 ? 1 : 0.1;
        var number = Math.Round(middle / step) * step;
        while (values.Contains(number))
            number += step;
        return number.ToString(step < 1 ? "F1" : "F0", CultureInfo.InvariantCulture);
    }
}
