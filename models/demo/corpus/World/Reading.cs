namespace Temoto.Demo.Corpus.World;

/// <summary>What a log says of a reading besides its value.</summary>
internal enum Verdict
{
    None,
    High,
    Low,
    Flagged,
    Above,
    Below,
    Within,
}

/// <summary>One measured value as a log has it: <c>temp 84.2 C HIGH</c>, <c>pressure 4.2 (max 6)</c>.</summary>
/// <param name="Key">Its name in the log.</param>
/// <param name="LogUnit">Its unit in the log; empty where the log leaves it out, and then the answer does too.</param>
/// <param name="Mark">The log's mark (HIGH, 高, ↑, !), or empty.</param>
/// <param name="Limit">The limit that the log states, or empty.</param>
internal sealed record Reading(Quantity Quantity, string Key, string Value, string LogUnit, string AnswerUnit, Verdict Verdict, string Mark, string Limit)
{
    private static readonly string[] EnHigh = ["HIGH", "HIGH", "high", "H", "HH", "HI", "High", "too high", "over", "above limit", "HIGH!", "ALARM HIGH"];
    private static readonly string[] EnLow = ["LOW", "LOW", "low", "L", "LL", "LO", "Low", "too low", "under", "below limit", "LOW!", "ALARM LOW"];
    private static readonly string[] JaHigh = ["高", "高い", "高め", "上限超", "上限超過", "オーバー", "高すぎ", "HIGH", "超過"];
    private static readonly string[] JaLow = ["低", "低い", "低め", "下限割れ", "下限以下", "不足", "低すぎ", "LOW", "低下"];
    private static readonly string[] Flags = ["!", "!!", "*", "NG", "ALARM", "ALM", "abnormal", "WARN"];
    private static readonly string[] JaFlags = ["!", "※", "NG", "異常", "要注意", "警報", "注意"];

    private static readonly string[] EnFine = ["OK", "ok", "normal", "NORMAL"];
    private static readonly string[] JaFine = ["正常", "OK", "良", "異常なし"];

    public bool Abnormal => Verdict is Verdict.High or Verdict.Low or Verdict.Flagged or Verdict.Above or Verdict.Below;

    /// <summary>Value and unit as an answer writes them.</summary>
    public string Answer => AnswerUnit.Length == 0 ? Value : $"{Value} {AnswerUnit}";

    public static Reading Draw(SeededRandom random, Split split, Language log, Quantity quantity, string? value = null, int markedPercent = 24)
    {
        value ??= quantity.DrawValues(random, split, 1)[0];
        var unit = random.Chance(85) ? random.Pick(quantity.Units) : ("", "");
        var reading = new Reading(quantity, quantity.Key(random, log), value, unit.Item1, unit.Item2, Verdict.None, "", "");
        if (random.Chance(markedPercent))
            return random.Chance(70) ? reading.Marked(random, log, random.Pick([Verdict.High, Verdict.High, Verdict.Low, Verdict.Low, Verdict.Flagged])) : reading.WithLimit(random, random.Pick([Verdict.Above, Verdict.Above, Verdict.Below]));
        return random.Chance(9) || random.WideChance(8) ? reading.WithLimit(random, Verdict.Within) : random.Chance(5) ? reading with { Mark = random.Pick(log == Language.En ? EnFine : JaFine) } : reading;
    }

    /// <summary>With another's key and unit, as a log keeps them.</summary>
    public Reading SpelledAs(Reading other) => this with { Key = other.Key, LogUnit = other.LogUnit, AnswerUnit = other.AnswerUnit };

    public Reading Marked(SeededRandom random, Language log, Verdict verdict)
    {
        var english = log == Language.En;
        var mark = verdict switch
        {
            Verdict.High => random.Chance(15) ? random.Pick(["↑", "▲", "↑↑"]) : random.Pick(english ? EnHigh : JaHigh),
            Verdict.Low => random.Chance(15) ? random.Pick(["↓", "▼", "↓↓"]) : random.Pick(english ? EnLow : JaLow),
            _ => random.Pick(english ? Flags : JaFlags),
        };
        return this with { Verdict = verdict, Mark = mark };
    }

    /// <summary>With a limit that the value keeps or breaks; without one where rounding would make it equal.</summary>
    public Reading WithLimit(SeededRandom random, Verdict verdict)
    {
        var value = double.Parse(Value, System.Globalization.CultureInfo.InvariantCulture);
        var factor = verdict == Verdict.Above ? 0.7 + (0.25 * random.Fraction()) : verdict == Verdict.Below ? 1.08 + (0.4 * random.Fraction()) : 1.05 + (0.5 * random.Fraction());
        var limit = (value * factor).ToString(value < 8 || (Value.Contains('.') && random.Chance(25)) ? "F1" : "F0", System.Globalization.CultureInfo.InvariantCulture);
        var number = double.Parse(limit, System.Globalization.CultureInfo.InvariantCulture);
        var holds = verdict == Verdict.Above ? value > number : value < number;
        return holds ? this with { Verdict = verdict, Limit = limit } : this;
    }

    /// <summary>"temperature is high at 84.2 °C" or 温度 84.2 °C は高め; only for what is abnormal.</summary>
    public string Complaint(Language language)
    {
        var limit = AnswerUnit.Length == 0 ? Limit : $"{Limit} {AnswerUnit}";
        var noun = Quantity.In(language);
        return (Verdict, language) switch
        {
            (Verdict.High, Language.En) => $"{noun} is high at {Answer}",
            (Verdict.Low, Language.En) => $"{noun} is low at {Answer}",
            (Verdict.Above, Language.En) => $"{noun} is {Answer}, above the limit of {limit}",
            (Verdict.Below, Language.En) => $"{noun} is {Answer}, below the limit of {limit}",
            (_, Language.En) => $"{noun} is flagged at {Answer}",
            (Verdict.High, _) => $"{noun} {Answer} は高め",
            (Verdict.Low, _) => $"{noun} {Answer} は低め",
            (Verdict.Above, _) => $"{noun} {Answer} は上限 {limit} 超え",
            (Verdict.Below, _) => $"{noun} {Answer} は下限 {limit} 未満",
            _ => $"{noun} {Answer} は異常表示",
        };
    }

    /// <summary>"temperature 84.2 °C".</summary>
    public string Plain(Language language) => $"{Quantity.In(language)} {Answer}";
}
