namespace Temoto.Demo.Corpus;

/// <summary>Something a sensor reads. Values of one quantity all have the same number of digits before the point.</summary>
/// <param name="Key">Its short name in a log line.</param>
/// <param name="LogUnit">Its unit in a log line.</param>
/// <param name="EnUnit">Its unit in an English answer; Japanese differs for degrees only.</param>
internal sealed record Quantity(string Key, string En, string JaKey, string LogUnit, string EnUnit, int IntegerDigits)
{
    public static readonly Quantity[] All =
    [
        new("temp", "temperature", "温度", "C", "°C", 2), new("pressure", "pressure", "圧力", "bar", "bar", 1),
        new("flow", "flow", "流量", "L/min", "L/min", 2), new("vibration", "vibration", "振動", "mm/s", "mm/s", 1),
        new("speed", "speed", "速度", "m/s", "m/s", 1), new("current", "current", "電流", "A", "A", 2),
        new("level", "level", "液位", "%", "%", 2), new("power", "power", "電力", "kW", "kW", 2),
    ];

    public string Noun(Language language) => language == Language.En ? En : JaKey;

    public string AnswerUnit(Language language) => language == Language.Ja && EnUnit == "°C" ? "℃" : EnUnit;

    /// <summary>A value with one decimal, such as 71.3 or 4.2.</summary>
    public string DrawValue(SeededRandom random, Split split) => Splits.Draw(split, () =>
        IntegerDigits == 2 ? $"{random.Between(10, 99)}.{random.Next(10)}" : $"{random.Between(1, 9)}.{random.Next(10)}");

    /// <summary>Different values, so that every log has one highest and one lowest.</summary>
    public string[] DrawSet(SeededRandom random, Split split, int count)
    {
        var values = new List<string>();
        while (values.Count < count)
        {
            var value = DrawValue(random, split);
            if (!values.Contains(value))
                values.Add(value);
        }
        return [.. values];
    }
}
