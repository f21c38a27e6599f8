using System.Text;
using System.Text.RegularExpressions;

namespace Temoto.Demo.Corpus.World;

/// <summary>
/// Names of machines, made by a grammar of shapes: letters, digits, separators, words, Japanese counters, prefixes of lines and areas. There are
/// far more names than a model could learn, so that it learns to copy them.
/// </summary>
internal static partial class MachineName
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly string[] Short =
    [
        "ROB", "CNC", "AGV", "AHU", "CONV", "COMP", "PMP", "MIX", "BLR", "FAN", "HX", "TK", "VLV", "MTR", "PRS", "WLD", "PKG", "LBL", "CUT", "DRY", "OVN", "SR", "INJ", "EXT", "LATHE", "MILL", "GRD",
        "PLC", "HMI", "UPS", "CHL", "PAL", "STK", "CRN", "LFT", "FIL", "CAP", "SEAL", "TEST", "CAM", "SMT", "AOI", "DIE", "CELL",
    ];

    private static readonly string[] MachineWords =
    [
        "pump", "mixer", "press", "robot", "line", "conveyor", "cell", "station", "unit", "oven", "boiler", "compressor", "chiller", "tank", "packer", "filler", "labeler", "palletizer", "lathe", "mill",
        "grinder", "welder", "dryer", "crane", "feeder", "sorter", "extruder", "furnace", "washer", "cutter",
    ];

    private static readonly string[] Areas = ["Line", "Hall", "Area", "Zone", "Bay", "Cell", "Plant", "Shop", "L", "F", "B", "WS", "ST", "No."];

    private static readonly string[] JaWords =
    [
        "ポンプ", "ミキサー", "プレス", "ロボット", "搬送機", "コンベア", "加工機", "溶接機", "炉", "乾燥機", "旋盤", "成形機", "包装機", "充填機", "検査機", "洗浄機", "研削盤", "塗装機", "組立機", "圧縮機", "冷凍機", "切断機",
        "コンプレッサー", "ボイラー", "クレーン", "印刷機", "射出機", "巻取機", "選別機", "投入機", "ライン", "工程", "ステーション", "タンク", "送風機", "集塵機", "自動倉庫", "台車", "昇降機", "押出機",
    ];

    private static readonly string[] JaAreas = ["第1", "第2", "第3", "東", "西", "南", "北", "新", "旧", "A", "B", "C", "上", "下", "前", "後", "大型", "小型", "中央", "予備"];

    /// <summary>What may stand between the pieces of a name; held-out rows, which are from before, have three more.</summary>
    private static readonly string[] LatinJoints = ["", "", "-", "-", "_", ".", "/", ":", ">", "#", "+", " "];

    /// <summary>Characters that make names no list has: a model that copies does not need to know them.</summary>
    private const string Kanji = "鶴亀松竹梅桜富士山川谷森林岩石鉄銅銀金水火風雷光星月朝夕春夏秋冬青赤白黒緑紫橙空海島浜港橋城門宮寺里村町原野田畑池泉沢滝峰岳";

    /// <summary>A name of one language; <see cref="Split.HeldOut"/> has shapes of its own as well as names of its own.</summary>
    public static string Draw(SeededRandom random, Split split, Language language) =>
        Splits.Draw(split, () => language == Language.Ja && random.Chance(random.Wide ? 65 : 45) ? Japanese(random, split) : Latin(random, split));

    /// <summary>Different names for the lines of one log; mostly a family such as P-11, P-12 and P-40.</summary>
    public static string[] DrawSet(SeededRandom random, Split split, Language language, int count)
    {
        while (true)
        {
            var family = random.Chance(70) ? Draw(random, split, language) : null;
            var names = new HashSet<string>(StringComparer.Ordinal);
            for (var tries = 0; names.Count < count && tries < 60; tries++)
                names.Add(family is null ? Draw(random, split, language) : Sibling(random, split, family));
            if (names.Count == count)
                return [.. names];
        }
    }

    private static string Latin(SeededRandom random, Split split)
    {
        if (split == Split.HeldOut && random.Chance(50))
        {
            return random.Next(4) switch
            {
                0 => $"{Letter(random)}{Digits(random, 2)}{Letter(random).ToLowerInvariant()}",
                1 => $"{random.Pick(Short)}:{Digits(random, 2)}",
                2 => $"{random.Pick(Areas)}{random.Between(1, 9)}>{random.Pick(Short)}{random.Between(1, 9)}",
                _ => $"{Letter(random)}.{Letter(random)}.{Digits(random, 2)}",
            };
        }
        if (random.WideChance(40))
            return AsBuilt(random, LatinAsBuilt);
        return random.Next(30) switch
        {
            > 23 => Free(random, LatinPiece, random.Wide ? LatinJoints : [.. LatinJoints, "~", "@", "&"]),
            < 4 => $"{Letter(random)}-{Digits(random, random.Between(1, 3))}",
            4 => $"{Letter(random)}{Digits(random, random.Between(1, 3))}",
            5 => $"{Letter(random)}{Letter(random)}-{Digits(random, 2)}",
            6 => $"{Letter(random)}{Letter(random)}{Digits(random, random.Between(1, 3))}",
            7 => $"{Letter(random)}{random.Between(1, 9)}-{Letter(random)}{random.Between(1, 9)}",
            8 => $"{Letter(random)}{Letter(random)}-{random.Between(1, 9)}{Letter(random)}",
            < 12 => $"{random.Pick(Short)}{random.Pick(["-", "-", "-0", "_", "", " ", "#"])}{Digits(random, random.Between(1, 3))}",
            12 => $"{random.Pick(Short)}-{Digits(random, random.Between(1, 2))}{Letter(random)}",
            13 => $"{random.Pick(Areas)}{random.Between(1, 9)}{random.Pick(["-", "/", ".", "_"])}{random.Pick(Short)}{random.Pick(["", "-", "_"])}{Digits(random, random.Between(1, 2))}",
            14 => $"{random.Pick(Areas)}{random.Between(1, 9)}{random.Pick(["-", "/", ".", "_"])}{random.Pick(MachineWords)}{random.Between(1, 9)}",
            15 => $"{random.Pick(MachineWords)}{random.Pick(["-", "_", " ", " #", ""])}{Digits(random, random.Between(1, 2))}",
            16 => $"{Capital(random.Pick(MachineWords))}{random.Pick(["-", "_", " ", " #", " No. "])}{Digits(random, random.Between(1, 2))}",
            17 => $"{Capital(random.Pick(MachineWords))} {Letter(random)}",
            18 => $"{random.Pick(MachineWords)}-{Letter(random).ToLowerInvariant()}{random.Between(1, 9)}",
            19 => $"{Letter(random)}{Letter(random)}{Letter(random)}{random.Pick(["-", "_", ""])}{Digits(random, random.Between(1, 4))}",
            20 => $"{Digits(random, random.Between(1, 3))}-{Letter(random)}{random.Pick(["", "-"])}{Digits(random, 2)}",
            21 => $"{Letter(random)}-{Digits(random, random.Between(3, 4))}{random.Pick(["A", "B", "C", "D"])}",
            22 => $"{random.Pick(Short)}.{Digits(random, 2)}.{Letter(random)}",
            _ => $"{Letter(random)}{Letter(random)}-{Digits(random, 2)}-{Digits(random, random.Between(1, 2))}",
        };
    }

    private static string Japanese(SeededRandom random, Split split)
    {
        if (split == Split.HeldOut && random.Chance(50))
        {
            return random.Next(3) switch
            {
                0 => $"{random.Pick(JaWords)}の{random.Between(1, 20)}番",
                1 => $"{Character(random)}{Character(random)}-{Digits(random, 2)}",
                _ => $"{random.Between(1, 9)}F{random.Pick(JaWords)}{Letter(random)}",
            };
        }
        if (random.WideChance(50))
            return AsBuilt(random, JapaneseAsBuilt);
        return random.Next(15) switch
        {
            > 11 => Free(random, JapanesePiece, ["", "", "", "-", "の", "・", " "]),
            < 3 => $"{random.Between(1, 30)}号機",
            3 => $"{random.Pick(JaWords)}{random.Between(1, 20)}号機",
            4 => $"No.{random.Between(1, 20)}{random.Pick(JaWords)}",
            5 => $"{random.Pick(JaWords)}{random.Pick(["", "-", " "])}{random.Pick(["A", "B", "C", "D", "E", "F", "G", "H", "K", "N", "S", "T"])}",
            6 => $"{random.Pick(JaAreas)}{random.Pick(JaWords)}",
            7 => $"{random.Pick(JaAreas)}{random.Pick(JaWords)}{random.Between(1, 9)}",
            8 => $"{random.Pick(JaWords)}{random.Pick(["-", " ", "#", ""])}{Digits(random, random.Between(1, 2))}",
            9 => $"{Letter(random)}ライン{random.Pick(JaWords)}{random.Pick(["", "1", "2", "3"])}",
            10 => $"{Character(random)}{Character(random)}{random.Pick(["号", "機", "1号", "2号", ""])}",
            _ => $"{random.Pick(JaWords)}({Letter(random)}{random.Between(1, 9)})",
        };
    }

    /// <summary>Shapes of held-out rows are left to them.</summary>
    private static string AsBuilt(SeededRandom random, Func<SeededRandom, string> draw)
    {
        while (true)
        {
            var name = draw(random);
            if (!HeldOutShape().IsMatch(name))
                return name;
        }
    }

    /// <summary>As plants name what they have: "Press 3", "Furnace B", KUKA_R1, P-101A, PalletizerEast, MC-12.</summary>
    private static string LatinAsBuilt(SeededRandom random)
    {
        var word = random.Chance(50) ? random.Pick(MachineWords) : Words.English(random);
        var end = random.Next(4) switch { 0 => Letter(random), 1 => $"{Letter(random)}{random.Between(1, 9)}", 2 => Digits(random, 2), _ => random.Between(1, 9).ToString() };
        return random.Next(10) switch
        {
            < 4 => $"{Capital(word)} {end}",
            4 => $"{Capital(word)}{random.Pick(["-", "_", " #", "/", ""])}{Digits(random, random.Between(1, 3))}",
            5 => $"{Capital(word)}{random.Pick(["", " ", "-"])}{random.Pick(["East", "West", "North", "South", "A", "B", "Left", "Right", "Main", "In", "Out"])}",
            6 => $"{word.ToUpperInvariant()}{random.Pick(["_", "-", "", " "])}{end}",
            7 => $"{Letter(random)}-{Digits(random, 3)}{random.Pick(["A", "B", "C", ""])}",
            8 => $"{Letter(random)}{Letter(random)}{random.Pick(["-", "_", ""])}{Digits(random, random.Between(1, 2))}",
            _ => $"{Capital(word)} {Capital(Words.English(random))}{random.Pick(["", " " + random.Between(1, 9)])}",
        };
    }

    /// <summary>The same in Japanese: 撹拌機M-4, 真空ポンプVP-6, 射出8号, 第2成形機, 圧延機1, コンプレッサA.</summary>
    private static string JapaneseAsBuilt(SeededRandom random)
    {
        var word = random.Next(4) switch
        {
            0 => random.Pick(JaWords).TrimEnd('ー'),
            1 => Words.Japanese(random) + random.Pick(["機", "炉", "盤", "台", "槽", "塔", "器", "装置", "ロボ", "ライン", "室", "弁"]),
            _ => Words.AnyCharacters(random) + random.Pick(["機", "機", "炉", "盤", "槽", "塔", "装置", "ポンプ", "ロボ", ""]),
        };
        return random.Next(9) switch
        {
            < 3 => $"{word}{random.Between(1, random.Pick([9, 20]))}",
            3 => $"{word}{Letter(random)}{random.Pick(["", "", "-"])}{random.Pick(["", Digits(random, 1)])}".TrimEnd('-'),
            4 => $"{word}{Letter(random)}{Letter(random)}-{random.Between(1, 9)}",
            5 => $"{word}{random.Between(1, 12)}号{random.Pick(["", "", "機"])}",
            6 => $"第{random.Between(1, 5)}{word}",
            7 => $"{random.Between(1, 9)}号{word}",
            _ => $"{word}{random.Pick(["-", " ", ""])}{Digits(random, 2)}",
        };
    }

    /// <summary>Pieces joined as nobody would: what is copied need not look like a name. Shapes of held-out rows are left to them.</summary>
    private static string Free(SeededRandom random, Func<SeededRandom, string> piece, string[] joints)
    {
        while (true)
        {
            var name = new StringBuilder(piece(random));
            for (var left = random.Between(1, 3); left > 0; left--)
                name.Append(random.Pick(joints)).Append(piece(random));
            var text = name.ToString();
            if (text.Length is > 2 and < 14 && text.Any(character => char.IsAsciiDigit(character) || char.IsAsciiLetterUpper(character) || character > 0x7F) && !HeldOutShape().IsMatch(text))
                return text;
        }
    }

    private static string LatinPiece(SeededRandom random) => random.Next(8) switch
    {
        < 2 => Letter(random),
        2 => Letter(random) + Letter(random),
        3 => Letter(random).ToLowerInvariant(),
        4 => random.Pick(Short),
        5 => random.Chance(50) ? random.Pick(MachineWords) : Words.English(random),
        _ => Digits(random, random.Between(1, 3)),
    };

    private static string JapanesePiece(SeededRandom random) => random.Next(8) switch
    {
        0 => random.Chance(50) ? random.Pick(JaWords) : Words.Japanese(random),
        1 => random.Pick(JaAreas),
        2 => random.Pick(["号", "系", "棟", "番", "F", "班", "機", "台", "室", "組"]),
        3 => Letter(random),
        4 => $"{Character(random)}{Character(random)}",
        5 => Character(random),
        _ => Digits(random, random.Between(1, 2)),
    };

    [GeneratedRegex(@"^([A-Z]\d\d[a-z]|[A-Z]+:\d\d|[A-Za-z.]+\d>[A-Z]+\d|[A-Z]\.[A-Z]\.\d\d|.+の\d+番|[^A-Za-z0-9]{2}-\d\d|\dF.+[A-Z])$")]
    private static partial Regex HeldOutShape();

    /// <summary>The same shape with other digits, or another letter where it has none.</summary>
    public static string Sibling(SeededRandom random, Split split, string family)
    {
        for (var tries = 0; tries < 40; tries++)
        {
            var characters = family.ToCharArray();
            var last = Array.FindLastIndex(characters, char.IsAsciiDigit);
            if (last >= 0)
            {
                characters[last] = (char)('0' + random.Between(last == 0 || !char.IsAsciiDigit(characters[last - 1]) ? 1 : 0, 9));
                if (last > 0 && char.IsAsciiDigit(characters[last - 1]) && random.Chance(50))
                    characters[last - 1] = (char)('0' + random.Between(1, 9));
            }
            else if (Array.FindLastIndex(characters, char.IsAsciiLetterUpper) is >= 0 and var letter)
            {
                characters[letter] = Letters[random.Next(Letters.Length)];
            }
            else
            {
                return Draw(random, split, Language.Ja);
            }
            var name = new string(characters);
            if (Splits.Of(name) == split)
                return name;
        }
        return family;
    }

    private static string Digits(SeededRandom random, int count)
    {
        var text = random.Between(1, 9).ToString();
        while (text.Length < count)
            text += random.Next(10);
        return count == 2 && random.Chance(30) ? "0" + text[1..] : text;
    }

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static string Letter(SeededRandom random) => Letters[random.Next(Letters.Length)].ToString();

    private static string Character(SeededRandom random) => random.WideChance(40) ? Words.AnyCharacter(random) : Kanji[random.Next(Kanji.Length)].ToString();
}
