namespace Temoto.Demo.Corpus;

/// <summary>A sort of machine in both languages.</summary>
internal sealed record MachineType(string En, string Ja)
{
    /// <summary>What an answer says when the log does not name the sort.</summary>
    public static readonly MachineType Unknown = new("machine", "設備");

    public static readonly MachineType[] All =
    [
        new("pump", "ポンプ"), new("fan", "ファン"), new("motor", "モーター"), new("compressor", "コンプレッサー"),
        new("conveyor", "コンベヤー"), new("mixer", "ミキサー"), new("press", "プレス機"), new("furnace", "加熱炉"),
        new("boiler", "ボイラー"), new("chiller", "チラー"), new("robot", "ロボット"), new("valve", "バルブ"),
        new("tank", "タンク"), new("lathe", "旋盤"), new("dryer", "乾燥機"), new("filter", "フィルター"),
        new("cutter", "切断機"), new("oven", "オーブン"),
    ];

    public string In(Language language) => language == Language.En ? En : Ja;

    /// <summary>With a capital in English, for the start of a sentence.</summary>
    public string AtStart(Language language) => language == Language.En ? char.ToUpperInvariant(En[0]) + En[1..] : Ja;
}

/// <summary>Letter and digit names; thousands of them, so that copying a name is learned and not the names.</summary>
internal static class MachineName
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    public static string Draw(SeededRandom random, Split split) => Splits.Draw(split, () => random.Next(8) switch
    {
        0 or 1 => $"{Letter(random)}-{random.Between(1, 99)}",
        2 => $"{Letter(random)}{random.Between(1, 99)}",
        3 => $"{Letter(random)}-{random.Between(100, 999)}",
        4 => $"{Letter(random)}{Letter(random)}-{random.Between(1, 99)}",
        5 => $"{Letter(random)}{Letter(random)}{random.Between(1, 9)}",
        6 => $"{Letter(random)}{random.Between(1, 9)}-{Letter(random)}{random.Between(1, 9)}",
        _ => $"{Letter(random)}{Letter(random)}-{random.Between(1, 9)}{Letter(random)}",
    });

    /// <summary>Different names for the lines of one log; often a family such as P-11, P-12 and P-40.</summary>
    public static string[] DrawSet(SeededRandom random, Split split, int count)
    {
        var names = new List<string>();
        var family = random.Chance(40) ? $"{Letter(random)}{random.Pick(["-", "", "-1", "-2"])}" : null;
        while (names.Count < count)
        {
            var name = family is null ? Draw(random, split) : Splits.Draw(split, () => $"{family}{random.Between(1, 99)}");
            if (!names.Contains(name))
                names.Add(name);
        }
        return [.. names];
    }

    private static char Letter(SeededRandom random) => Letters[random.Next(Letters.Length)];
}
