namespace Temoto.Demo.Corpus.World;

/// <summary>What else stands in a line and must not be taken for anything.</summary>
internal static class Noise
{
    private static readonly string[] En = ["batch {0}", "lot {0}", "shift {1}", "op {2}", "order {0}", "seq {0}", "recipe {1}", "user {2}", "line {1}", "job {0}", "rev {1}", "part {0}", "#{0}"];
    private static readonly string[] Ja = ["ロット{0}", "班{1}", "担当 {2}", "指図{0}", "品番{0}", "作業者:{2}", "レシピ{1}", "通番{0}", "ライン{1}", "製番{0}"];
    private static readonly string[] EnPeople = ["Tanaka", "Miller", "Sato", "Garcia", "A. Weber", "Kim", "Novak", "shift A"];
    private static readonly string[] JaPeople = ["田中", "佐藤", "鈴木", "A班", "山本", "高橋", "中村"];

    private static readonly string[] EnNotes =
    [
        "[bearing|filter|belt|oil|tool|nozzle|seal] [replaced|changed|checked|cleaned] [yesterday|this morning|last week|by night shift|]", "[waiting for|no] [spare part|operator|forklift|material|approval]", "[new|next] [batch|product|order] at [10:00|13:30|15:00|shift change]",
        "[slight|unusual|grinding] noise [at start|on the left side|reported|]", "[door|guard|cover] [was opened|checked|repaired]", "[trial|test] [run|part|batch] [ok|pending|tomorrow]",
    ];

    private static readonly string[] JaNotes =
    [
        "[軸受|フィルター|ベルト|油|工具|ノズル|シール][交換|点検|清掃]済み", "[部品|作業者|材料|承認]待ち", "[新|次][ロット|製品|指図]は[10時|13時半|交代後]から", "[起動時|左側|運転中]に異音あり", "[扉|カバー|安全柵][修理|確認]済み", "[試作|試運転|立会い][予定|完了|中]",
    ];

    public static string Decoy(SeededRandom random, Language language)
    {
        var english = language == Language.En;
        var text = string.Format(random.Pick(english ? En : Ja), $"{random.Pick(["", "A", "L", "7-"])}{random.Between(100, 99999)}", random.Between(1, 9), random.Pick(english ? EnPeople : JaPeople));
        return random.Next(12) switch
        {
            0 => $"<{text}>",
            1 => $"&{text}",
            2 => $"{text}>",
            _ => text,
        };
    }

    public static string Note(SeededRandom random, Language language) => Wordings.Expand(random, random.Pick(language == Language.En ? EnNotes : JaNotes)).Trim();

    /// <summary>What stands in front of the lines and belongs to none: where they are from, a greeting.</summary>
    public static string Preface(SeededRandom random, Language language)
    {
        var english = language == Language.En;
        var text = random.Chance(60)
            ? Wordings.Expand(random, random.Pick(english
                ? ["Handover note", "[Note|Report] from [shift [A|B|C]|night shift|line {0}]", "From: shift [A|B|C]", "Andon", "SCADA[| export]", "[Alarm list|Status|Log] [06:00|14:00|22:15]", "Hi", "[Night|Late|Early] shift", "HMI {0}", "fyi", "Line {0}", "Copy from the [screen|panel]"]
                : (string[])["申し送り", "夜勤からの申し送り", "日勤→夜勤", "アンドン", "第{0}ライン", "[06:00|14:00|22:00]時点", "お疲れさまです", "[朝礼|日報|引き継ぎ]メモ", "監視画面より", "[A|B|C]班より", "参考", "点検記録"]))
            : english ? Words.Joined(random) : Words.Japanese(random) + random.Pick(["", "より", "メモ", "表"]);
        text = text.Replace("{0}", random.Between(1, 9).ToString());
        return english
            ? string.Format(random.Pick(["{0}: ", "{0}:\n", "{0}\n", "[{0}] ", "{0} - ", "[{0}]\n", "-- {0} --\n", "{0}, "]), text)
            : string.Format(random.Pick(["{0}：", "{0}:\n", "{0}\n", "【{0}】", "〔{0}〕", "■{0}\n", "[{0}] ", "{0}。"]), text);
    }

    public static string Code(SeededRandom random) => random.WideChance(60) ? WideCode(random) : random.Pick(["E", "E-", "AL", "A", "F", "ALM", "Err", "W", "SRVO-", "0x", "No.", "EX", "PS", ""]) + random.Between(1, random.Pick([9, 99, 999, 9999]));

    private static string WideCode(SeededRandom random)
    {
        var number = random.Between(1, random.Pick([99, 999, 9999]));
        return random.Next(16) switch
        {
            0 => number.ToString(),
            1 => $"#{number}",
            2 => $"0x{number:X2}",
            3 => $"({random.Pick(["AL", "E", "code ", "コード："])}{number:00})",
            4 => $"{(char)random.Between('A', 'Z')}{number:000}",
            5 => $"{(char)random.Between('A', 'Z')}-{number:000}",
            6 => $"{(char)random.Between('A', 'Z')}{(char)random.Between('A', 'Z')}-{number:00}",
            7 => $"MSG {number}",
            8 => $"code {(char)random.Between('A', 'Z')}{random.Between(1, 99)}",
            9 => $"{(char)random.Between('A', 'Z')}{random.Between(1, 99)}",
            10 => $"17{random.Between(10_000_000, 99_999_999)}",
            11 => $"{(char)random.Between('A', 'Z')}{(char)random.Between('A', 'Z')}{(char)random.Between('A', 'Z')}{number:000}",
            12 => $"コード{random.Pick(["", " ", ":"])}{number}",
            13 => $"{random.Pick(["ID", "id=", "err ", "EVT", "ALM#", "T", "n°"])}{number}",
            14 => $"{number}-{random.Between(1, 99)}",
            _ => $"[{number}]",
        };
    }
}
