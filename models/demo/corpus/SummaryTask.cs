namespace Temoto.Demo.Corpus;

/// <summary>One status line in, one sentence out: the marked readings if any is marked, otherwise all of them.</summary>
internal static class SummaryTask
{
    private static readonly Wordings English = new(
        [
            "Summarize this status line:", "Summarize:", "Summarise the status:", "Give me a one-sentence summary:",
            "What does this status say?", "Status line to one sentence:", "Put this status line in plain words:",
            "Sum up this line:", "In one sentence, please:", "Tell me what this machine is doing:",
            "Short summary of this status, please:", "Please summarize the machine status below.", "One sentence about this line:",
            "Explain this status line:", "How is this machine doing?", "summary please:", "Describe the status in one sentence:",
        ],
        [
            "Please summarize this line:", "Summarize the status line in one sentence:", "Short one-sentence summary:",
            "What is this machine doing?", "Describe this status line in plain words:",
        ]);

    private static readonly Wordings Japanese = new(
        [
            "この状態行を要約してください。", "要約:", "次の状態を一文でまとめてください。", "この行を短く説明してください。", "状態を一文で:",
            "この機械の状態を教えてください。", "次の行を要約して。", "一文で要約してください:", "状態行の要約をお願いします。",
            "この設備はどうなっていますか?", "分かりやすく一文にしてください。", "このステータスを要約:", "次のステータスを文章にしてください。",
            "いまの状態を短くまとめて。", "以下の状態を説明してください。",
        ],
        [
            "次の状態行を一文で要約してください。", "この状態を短くまとめてください。", "この行の要約をお願いします。", "以下のステータスを一文で:",
            "この機械はどうなっていますか?",
        ]);

    private sealed record Reading(Quantity Quantity, string Value, string Mark);

    public static Exchange Make(SeededRandom random, Language language, Split split)
    {
        var type = random.Chance(88) ? random.Pick(MachineType.All) : MachineType.Unknown;
        var name = MachineName.Draw(random, split);
        var state = random.Chance(55) ? MachineState.Running : random.Pick(MachineState.All);
        var readings = DrawReadings(random, split);
        var line = Line(random, random.Chance(language == Language.Ja ? 65 : 0) ? Language.Ja : Language.En, type, name, state, readings);
        var instruction = (language == Language.En ? English : Japanese).Pick(random, split);
        var prompt = random.Next(10) switch
        {
            0 => $"{line}\n{instruction.TrimEnd(':')}",
            < 4 => $"{instruction} {line}",
            _ => $"{instruction}\n{line}",
        };
        // People also paste a line and ask nothing.
        if (split == Split.Training && random.Chance(8))
            prompt = line;
        var marked = readings.Where(reading => reading.Mark.Length > 0).ToArray();
        var answer = language == Language.En ? InEnglish(type, name, state, readings, marked) : InJapanese(type, name, state, readings, marked);
        return new(Kind.Summary, language, marked.Length == 0 ? "plain" : "marked", prompt, answer);
    }

    private static List<Reading> DrawReadings(SeededRandom random, Split split)
    {
        var quantities = Quantity.All.ToList();
        var readings = new List<Reading>();
        for (var left = random.Pick([1, 2, 2, 3]); left > 0; left--)
        {
            var quantity = random.Pick(quantities);
            quantities.Remove(quantity);
            var mark = random.Chance(24) ? random.Pick(["high", "low"]) : "";
            var value = quantity.DrawValue(random, split);
            if (split == Split.Training && random.Chance(12))
                value = value[..value.IndexOf('.')];
            readings.Add(new(quantity, value, mark));
        }
        return readings;
    }

    private static string Line(SeededRandom random, Language language, MachineType type, string name, MachineState state, List<Reading> readings)
    {
        var known = type != MachineType.Unknown;
        var sort = known ? type.In(language) : "";
        var time = $"{random.Between(0, 23):00}:{random.Next(60):00}";
        var doing = state.InLog(language);
        string Mark(Reading reading) => language == Language.En || reading.Mark.Length == 0 ? reading.Mark : reading.Mark == "high" ? "高" : "低";
        string Key(Reading reading) => language == Language.En ? (random.Chance(25) ? reading.Quantity.En : reading.Quantity.Key) : reading.Quantity.JaKey;
        string Unit(Reading reading) => reading.Quantity.LogUnit == "C" && random.Chance(30) ? "°C" : reading.Quantity.LogUnit;
        string Spaced(Reading reading, string separator) => $"{Key(reading)}{separator}{reading.Value} {Unit(reading)}{(reading.Mark.Length > 0 ? " " + Mark(reading) : "")}";
        string Tight(Reading reading) => $"{Key(reading)}={reading.Value}{(random.Chance(70) ? Unit(reading) : "")}{(reading.Mark.Length > 0 ? $"({Mark(reading)})" : "")}";
        string All(string separator, Func<Reading, string> show) => string.Join(separator, readings.Select(show));
        return random.Next(7) switch
        {
            0 => $"{sort} {name} | {doing} | {All(" | ", reading => Spaced(reading, " "))}".TrimStart(),
            1 => $"{name}{(known ? $" ({sort})" : "")} {doing}, {All(", ", reading => Spaced(reading, " "))}",
            2 => $"{time} {sort} {name} state={doing} {All(" ", Tight)}".Replace("  ", " "),
            3 => $"{(known ? $"type={sort} " : "")}id={name} state={doing} {All(" ", Tight)}",
            4 => $"{time} [{name}] {sort} {doing}; {All("; ", reading => Spaced(reading, " "))}".Replace("  ", " "),
            5 => $"{sort} {name}: {doing}, {All(", ", reading => Spaced(reading, ": "))}".TrimStart(),
            _ => $"{sort} {name} {doing} {All(" ", reading => Spaced(reading, " "))}".TrimStart(),
        };
    }

    private static string InEnglish(MachineType type, string name, MachineState state, List<Reading> readings, Reading[] marked)
    {
        var who = $"{type.AtStart(Language.En)} {name} is {(state == MachineState.Running && marked.Length == 0 ? "running normally" : state.EnAnswer)}";
        return marked.Length == 0
            ? $"{who}: {string.Join(", ", readings.Select(reading => $"{reading.Quantity.En} {reading.Value} {reading.Quantity.EnUnit}"))}."
            : $"{who}, but its {string.Join(" and its ", marked.Select(reading => $"{reading.Quantity.En} is {reading.Mark} at {reading.Value} {reading.Quantity.EnUnit}"))}.";
    }

    private static string InJapanese(MachineType type, string name, MachineState state, List<Reading> readings, Reading[] marked)
    {
        var who = $"{type.Ja} {name} は{(state == MachineState.Running && marked.Length == 0 ? "正常に" : "")}{state.Ja}";
        string Value(Reading reading) => $"{reading.Value} {reading.Quantity.AnswerUnit(Language.Ja)}";
        return marked.Length == 0
            ? $"{who}で、{string.Join("、", readings.Select(reading => $"{reading.Quantity.JaKey}は {Value(reading)}"))} です。"
            : $"{who}ですが、{string.Join("、", marked.Select(reading => $"{reading.Quantity.JaKey}が {Value(reading)} と{(reading.Mark == "high" ? "高め" : "低め")}"))}です。";
    }
}
