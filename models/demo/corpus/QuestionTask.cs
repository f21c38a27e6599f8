namespace Temoto.Demo.Corpus;

/// <summary>
/// A log of three to five lines and one question that the lines answer. Where lines must be compared or counted, the answer first lists them
/// with what matters in front, and then concludes: each step is then a short copy, which a model this small can learn.
/// Lines are numbered; one training log in six is not.
/// </summary>
internal static class QuestionTask
{
    private sealed record Entry(string Time, MachineType Type, string Name, MachineState State, string Value);

    /// <summary>Which columns a log has.</summary>
    private sealed record Columns(bool Time, bool Type, bool State, bool Key);

    // {0} is the sort of machine ("pump"), {1} the quantity ("temperature"), {2} a machine's name, {3} a state.
    private static readonly Wordings EnHighest = new(
        ["Which {0} has the highest {1}?", "Where is the {1} highest?", "Find the highest {1}.", "Highest {1}?", "What is the maximum {1}?", "Max {1}, and which {0}?", "Which {0} reads the most {1}?", "Show the top {1}.", "Name the {0} with the greatest {1}.", "What {0} has the highest {1}?", "Tell me the highest {1}."],
        ["What is the highest {1}?", "Which {0} shows the highest {1}?", "Name the {0} with the highest {1}.", "Find the maximum {1}."]);
    private static readonly Wordings EnLowest = new(
        ["Which {0} has the lowest {1}?", "Where is the {1} lowest?", "Find the lowest {1}.", "Lowest {1}?", "What is the minimum {1}?", "Min {1}, and which {0}?", "Which {0} reads the least {1}?", "Show the bottom {1}.", "Name the {0} with the smallest {1}.", "What {0} has the lowest {1}?", "Tell me the lowest {1}."],
        ["What is the lowest {1}?", "Which {0} shows the lowest {1}?", "Name the {0} with the lowest {1}.", "Find the minimum {1}."]);
    private static readonly Wordings EnHottest = new(["Which {0} is hottest?", "Which {0} is the hottest?", "Who runs hottest?", "Find the hottest {0}."], ["What is the hottest {0}?", "Name the hottest {0}."]);
    private static readonly Wordings EnCoolest = new(["Which {0} is coolest?", "Which {0} is the coolest?", "Who runs coolest?", "Find the coolest {0}."], ["What is the coolest {0}?", "Name the coolest {0}."]);
    private static readonly Wordings EnValue = new(
        ["What is the {1} of {2}?", "{1} of {2}?", "What does {2} read?", "How much {1} does {2} have?", "Give me the {1} of {2}.", "Read {2} for me.", "{2}: what {1}?"],
        ["Tell me the {1} of {2}.", "What {1} does {2} read?", "What {1} does {2} have?"]);
    private static readonly Wordings EnState = new(
        ["What is {2} doing?", "What state is {2} in?", "State of {2}?", "Is {2} running or not?", "How is {2} doing?", "Tell me the state of {2}."],
        ["What is the state of {2}?", "Give me the state of {2}."]);
    private static readonly Wordings EnOnly = new(
        ["Which {0} is {3}?", "Find the {0} that is {3}.", "Who is {3}?", "Which one is {3}?", "What is {3}?", "Tell me which {0} is {3}."],
        ["Name the {0} that is {3}.", "What {0} is {3}?"]);
    private static readonly Wordings EnTime = new(
        ["When did {2} report?", "At what time is {2} logged?", "Time of {2}?", "When was {2} seen?"],
        ["When is {2} logged?", "At what time did {2} report?"]);
    private static readonly Wordings EnFirst = new(
        ["Which {0} is first?", "What is the first entry?", "Who reported first?", "First {0} in the log?", "Which {0} was logged first?"],
        ["Which {0} reported first?", "What {0} is first in the log?"]);
    private static readonly Wordings EnLast = new(
        ["Which {0} is last?", "What is the last entry?", "Who reported last?", "Last {0} in the log?", "Which {0} was logged last?"],
        ["Which {0} reported last?", "What {0} is last in the log?"]);
    private static readonly Wordings EnCount = new(
        ["How many are {3}?", "How many machines are {3}?", "Count the machines that are {3}.", "Number of {3} machines?", "How many lines say {3}?"],
        ["Count those that are {3}.", "How many of them are {3}?"]);
    private static readonly Wordings EnTotal = new(
        ["How many machines are there?", "How many lines does the log have?", "Count the machines.", "How many entries?", "Number of machines?"],
        ["How many machines are in the log?", "Count the entries."]);

    private static readonly Wordings JaHighest = new(
        ["{1}が最も高い{0}はどれですか?", "{1}が一番高いのは?", "最高の{1}は?", "{1}の最大値を教えてください。", "{1}が最大の{0}は?", "最も高い{1}を探してください。", "どの{0}の{1}が最も高いですか?", "{0}の中で{1}が一番高いのは?", "{1}が最高の{0}は?"],
        ["{1}が最も高いのはどれですか?", "{1}が一番高い{0}は?", "{1}の最大値は?"]);
    private static readonly Wordings JaLowest = new(
        ["{1}が最も低い{0}はどれですか?", "{1}が一番低いのは?", "最低の{1}は?", "{1}の最小値を教えてください。", "{1}が最小の{0}は?", "最も低い{1}を探してください。", "どの{0}の{1}が最も低いですか?", "{0}の中で{1}が一番低いのは?", "{1}が最低の{0}は?"],
        ["{1}が最も低いのはどれですか?", "{1}が一番低い{0}は?", "{1}の最小値は?"]);
    private static readonly Wordings JaValue = new(
        ["{2} の{1}は?", "{2} の{1}を教えてください。", "{2} の値は?", "{2} の{1}はいくつですか?", "{1}は? {2} です。"],
        ["{2} の{1}はいくつ?", "{2} の値を教えてください。"]);
    private static readonly Wordings JaState = new(
        ["{2} の状態は?", "{2} は何をしていますか?", "{2} の状態を教えてください。", "{2} は動いていますか?"],
        ["{2} はどんな状態ですか?", "{2} の状態を教えて。"]);
    private static readonly Wordings JaOnly = new(
        ["{3}の{0}はどれですか?", "{3}なのは?", "どの{0}が{3}ですか?", "{3}の{0}を探してください。"],
        ["{3}なのはどれですか?", "{3}の{0}を教えてください。"]);
    private static readonly Wordings JaTime = new(
        ["{2} の時刻は?", "{2} の記録は何時ですか?", "{2} はいつ記録されましたか?", "{2} は何時の記録ですか?", "{2} が記録された時刻は?"],
        ["{2} の記録の時刻は?", "{2} は何時に記録されましたか?"]);
    private static readonly Wordings JaFirst = new(
        ["最初の{0}は?", "最初の記録はどれですか?", "一番目の{0}を教えてください。", "最初に記録されたのは?"],
        ["最初に記録された{0}は?", "最初の{0}はどれですか?"]);
    private static readonly Wordings JaLast = new(
        ["最後の{0}は?", "最後の記録はどれですか?", "一番最後の{0}を教えてください。", "最後に記録されたのは?"],
        ["最後に記録された{0}は?", "最後の{0}はどれですか?"]);
    private static readonly Wordings JaCount = new(
        ["{3}は何台ですか?", "{3}の数は?", "{3}の機械は何台?", "{3}の台数を教えてください。"],
        ["{3}の機械は何台ですか?", "{3}の台数は?"]);
    private static readonly Wordings JaTotal = new(
        ["全部で何台ですか?", "機械は何台ありますか?", "行の数は?", "台数を教えてください。"],
        ["機械は全部で何台ですか?", "台数は?"]);

    // Asked in training only: several answers in one, so that each log teaches every one of its lines. {4} is a list of names or line numbers.
    private static readonly Wordings EnSeveral = new(
        ["What is the {1} of {4}?", "{4}: what {1}?", "Read {4} for me.", "Tell me about {4}.", "Look up {4}."], []);
    private static readonly Wordings EnLines = new(["What is in line {4}?", "Read line {4}.", "Line {4}?", "What does line {4} say?"], []);
    private static readonly Wordings JaSeveral = new(["{4} の{1}は?", "{4} の{1}を教えてください。", "{4} の値は?", "{4} を調べてください。"], []);
    private static readonly Wordings JaLines = new(["{4} 行目は?", "{4} 行目を読んでください。", "{4} 行目の値は?"], []);

    public static Exchange Make(SeededRandom random, Language language, Split split)
    {
        if (split == Split.Training && random.Chance(10))
            return MakeSeveral(random, language);
        var logLanguage = random.Chance(language == Language.Ja ? 65 : 0) ? Language.Ja : Language.En;
        var form = random.Next(20) switch
        {
            < 5 => "highest",
            < 9 => "lowest",
            < 11 => "value",
            11 => "state",
            12 => "only",
            13 => "time",
            14 => "first",
            15 => "last",
            < 19 => "count",
            _ => "total",
        };
        // Forms that one question in twenty has would be learned last.
        if (split == Split.Training && random.Chance(30))
            form = random.Pick(["only", "only", "count", "time", "time", "state", "value", "total"]);
        var columns = DrawColumns(random, form);
        var quantity = form is "highest" or "lowest" && random.Chance(35) ? Quantity.All[0] : random.Pick(Quantity.All);
        var oneType = columns.Type && random.Chance(50);
        var entries = DrawEntries(random, split, quantity, columns, oneType, random.Between(split == Split.Training ? 2 : 3, 5));
        var target = random.Pick(entries);
        var state = target.State;
        if (form == "count" && random.Chance(25))
            state = random.Pick(MachineState.All);
        if (form == "only")
        {
            for (var index = 0; index < entries.Count; index++)
            {
                while (entries[index] != target && entries[index].State == target.State)
                    entries[index] = entries[index] with { State = random.Pick(MachineState.All) };
            }
        }
        var subject = oneType ? entries[0].Type : MachineType.Unknown;
        var hot = quantity.Key == "temp" && language == Language.En && random.Chance(45);
        var wordings = (form, language) switch
        {
            ("highest", Language.En) => hot ? EnHottest : EnHighest,
            ("lowest", Language.En) => hot ? EnCoolest : EnLowest,
            ("value", Language.En) => EnValue,
            ("state", Language.En) => EnState,
            ("only", Language.En) => EnOnly,
            ("time", Language.En) => EnTime,
            ("first", Language.En) => EnFirst,
            ("last", Language.En) => EnLast,
            ("count", Language.En) => EnCount,
            ("total", Language.En) => EnTotal,
            ("highest", _) => JaHighest,
            ("lowest", _) => JaLowest,
            ("value", _) => JaValue,
            ("state", _) => JaState,
            ("only", _) => JaOnly,
            ("time", _) => JaTime,
            ("first", _) => JaFirst,
            ("last", _) => JaLast,
            ("count", _) => JaCount,
            _ => JaTotal,
        };
        var question = string.Format(wordings.Pick(random, split), subject.In(language), quantity.Noun(language), target.Name, state.InAnswer(language));
        if (language == Language.En)
            question = char.ToUpperInvariant(question[0]) + question[1..];
        else if (random.Chance(50))
            question = question.Replace('?', '\uFF1F');
        var answer = Answer(form, language, quantity, columns, entries, target, state);
        var numbered = split == Split.HeldOut || !random.Chance(16);
        var log = string.Join('\n', Lines(random, logLanguage, quantity, columns, entries, numbered));
        return new(Kind.Question, language, form, random.Chance(60) ? $"{log}\n{question}" : $"{question}\n{log}", answer);
    }

    /// <summary>Several machines or lines in the order asked.</summary>
    private static Exchange MakeSeveral(SeededRandom random, Language language)
    {
        var english = language == Language.En;
        var logLanguage = random.Chance(english ? 0 : 65) ? Language.Ja : Language.En;
        var form = random.Pick(["several", "several", "lines"]);
        var columns = DrawColumns(random, form);
        var quantity = random.Pick(Quantity.All);
        var entries = DrawEntries(random, Split.Training, quantity, columns, columns.Type && random.Chance(50), random.Between(2, 5));
        var ask = form == "several" && columns.State && random.Chance(50) ? "state" : form == "several" && columns.Time && random.Chance(50) ? "time" : "value";
        var chosen = entries.OrderBy(_ => random.NextBits()).Take(random.Between(1, entries.Count)).ToArray();
        var names = chosen.Select(entry => form == "lines" ? $"{entries.IndexOf(entry) + 1}" : entry.Name).ToArray();
        var list = names.Length == 1 ? names[0] : english ? string.Join(", ", names[..^1]) + " and " + names[^1] : string.Join("、", names);
        var wordings = (form, english) switch
        {
            ("several", true) => ask switch { "state" => EnState, "time" => EnTime, _ => EnSeveral },
            (_, true) => EnLines,
            ("several", _) => ask switch { "state" => JaState, "time" => JaTime, _ => JaSeveral },
            _ => JaLines,
        };
        var question = string.Format(wordings.Pick(random, Split.Training), "", quantity.Noun(language), list, "", list);
        question = english ? char.ToUpperInvariant(question[0]) + question[1..] : random.Chance(50) ? question.Replace('?', '\uFF1F') : question;
        string Reading(Entry entry) => $"{entry.Value} {ListItem(language, entry)}";
        var answer = form == "lines"
            ? Listed(language, chosen.Select(entry => $"{entries.IndexOf(entry) + 1}: {Reading(entry)}")).TrimEnd()
            : string.Join(english ? " " : "", chosen.Select(entry => Answer(ask, language, quantity, columns, entries, entry, entry.State)));
        var log = string.Join('\n', Lines(random, logLanguage, quantity, columns, entries, !random.Chance(16)));
        return new(Kind.Question, language, form, random.Chance(60) ? $"{log}\n{question}" : $"{question}\n{log}", answer);
    }

    /// <summary>A machine in a list: its name first, because what stands before it selects it; then its sort, if the log says it.</summary>
    private static string ListItem(Language language, Entry entry) => entry.Type == MachineType.Unknown ? entry.Name : $"{entry.Name} {entry.Type.In(language)}";

    /// <summary>"1: 71.3 P-17 pump; 2: 84.0 P-18 pump. " and its Japanese form.</summary>
    private static string Listed(Language language, IEnumerable<string> items) => language == Language.En ? string.Join("; ", items) + ". " : string.Join("、", items) + "。";

    private static Columns DrawColumns(SeededRandom random, string form) => new(
        Time: form == "time" || random.Chance(50),
        Type: random.Chance(65),
        State: form is "state" or "only" or "count" || random.Chance(45),
        Key: random.Chance(40));

    private static List<Entry> DrawEntries(SeededRandom random, Split split, Quantity quantity, Columns columns, bool oneType, int count)
    {
        var names = MachineName.DrawSet(random, split, count);
        var values = quantity.DrawSet(random, split, count);
        var minute = random.Between(0, 23 * 60);
        var type = random.Pick(MachineType.All);
        // Few different states in a log, so that counting has something to count.
        MachineState[] states = [random.Pick(MachineState.All), random.Pick(MachineState.All), MachineState.Running];
        var entries = new List<Entry>();
        for (var index = 0; index < count; index++)
        {
            minute += random.Between(1, 11);
            entries.Add(new(
                $"{minute / 60:00}:{minute % 60:00}",
                !columns.Type ? MachineType.Unknown : oneType ? type : random.Pick(MachineType.All),
                names[index],
                random.Pick(states),
                values[index]));
        }
        return entries;
    }

    private static IEnumerable<string> Lines(SeededRandom random, Language language, Quantity quantity, Columns columns, List<Entry> entries, bool numbered)
    {
        var format = random.Next(4);
        var mark = random.Pick(["{0}. ", "#{0} ", "{0}: "]);
        var number = 0;
        var key = columns.Key ? (language == Language.En ? quantity.Key : quantity.JaKey) + " " : "";
        var unit = quantity.LogUnit == "C" && random.Chance(30) ? "°C" : quantity.LogUnit;
        foreach (var entry in entries)
        {
            var type = columns.Type ? entry.Type.In(language) : "";
            var state = columns.State ? entry.State.InLog(language) : "";
            var time = columns.Time ? entry.Time : "";
            var reading = $"{key}{entry.Value} {unit}";
            string[] parts = format switch
            {
                0 => [type, entry.Name, time, state, reading],
                1 => [entry.Name, time, type, state, reading],
                2 => [entry.Name, time, type, reading, state],
                _ => [type, entry.Name, time, reading, state],
            };
            var start = numbered ? string.Format(mark, ++number) : "";
            yield return start + string.Join(format switch { 0 => " ", 1 => ", ", 2 => " ", _ => " | " }, parts.Where(part => part.Length > 0));
        }
    }

    private static string Answer(string form, Language language, Quantity quantity, Columns columns, List<Entry> entries, Entry target, MachineState state)
    {
        var english = language == Language.En;
        var noun = quantity.Noun(language);
        string Reading(Entry entry) => $"{entry.Value} {quantity.AnswerUnit(language)}";
        string Who(Entry entry) => $"{entry.Type.In(language)} {entry.Name}";
        string Item(Entry entry) => ListItem(language, entry);
        string List(Func<Entry, int, string> show) => Listed(language, entries.Select((entry, index) => $"{index + 1}: {show(entry, index)}"));
        // Values of one log have equally many digits, so ordinal order is numeric order.
        var ordered = entries.OrderBy(entry => entry.Value, StringComparer.Ordinal).ToArray();
        switch (form)
        {
            case "highest" or "lowest":
                var found = form == "highest" ? ordered[^1] : ordered[0];
                return List((entry, _) => $"{entry.Value} {Item(entry)}") + (english
                    ? $"The {form} {noun} in {quantity.EnUnit}: {found.Value} {Item(found)}."
                    : $"{noun}が最も{(form == "highest" ? "高" : "低")}いのは ({quantity.AnswerUnit(language)}): {found.Value} {Item(found)}。");
            case "value":
                return english ? $"The {noun} of {target.Name} is {Reading(target)}." : $"{target.Name} の{noun}は {Reading(target)} です。";
            case "state":
                return english ? $"{target.Name} is {target.State.EnAnswer}." : $"{target.Name} は{target.State.Ja}です。";
            case "only":
                return List((entry, _) => $"{entry.State.InAnswer(language)} {Item(entry)}")
                    + (english ? $"Found: {target.State.EnAnswer} {Item(target)}." : $"該当: {target.State.Ja} {Item(target)}。");
            case "time":
                return english ? $"{target.Name} reported at {target.Time}." : $"{target.Name} の記録は {target.Time} です。";
            case "first" or "last":
                var end = form == "first" ? entries[0] : entries[^1];
                var at = columns.Time ? (english ? $", at {end.Time}" : $"、時刻は {end.Time}") : "";
                var line = form == "first" ? 1 : entries.Count;
                return english ? $"Line {line}: the {form} one is {Who(end)}{at}." : $"{line} 行目、{(form == "first" ? "最初" : "最後")}は{Who(end)}{at} です。";
            case "count":
                // The number after each state is how many have been found so far.
                int Found(int index) => entries.Take(index + 1).Count(entry => entry.State == state);
                var total = Found(entries.Count - 1);
                return List((entry, index) => $"{entry.State.InAnswer(language)}{(english ? "," : "")} {Found(index)}")
                    + (english ? $"Of {entries.Count} machines, {total} are {state.EnAnswer}." : $"{entries.Count} 台のうち、{state.Ja}は {total} 台です。");
            default:
                return english ? $"The log has {entries.Count} machines." : $"ログには {entries.Count} 台あります。";
        }
    }
}
