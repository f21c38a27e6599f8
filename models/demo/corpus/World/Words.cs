using System.Text;

namespace Temoto.Demo.Corpus.World;

/// <summary>Words that no list has, put together of syllables: what is to be copied as it stands cannot be told from a vocabulary.</summary>
internal static class Words
{
    private static readonly string[] Onsets = ["b", "br", "c", "ch", "cl", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "qu", "r", "s", "sc", "sh", "sp", "st", "t", "th", "tr", "v", "w", "y", "z"];
    private static readonly string[] Vowels = ["a", "e", "i", "o", "u", "ea", "oo", "ai", "y"];
    private static readonly string[] Codas = ["", "", "b", "ck", "d", "ft", "g", "ll", "m", "n", "nd", "p", "r", "rt", "s", "st", "t", "x", "ing", "er", "ed"];

    private const string Kana = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンガギグゲゴザジズゼゾダデドバビブベボパピプペポ";
    private const string Kanji = "安圧位移域液延応温下加可荷解回外開角確掛間管器基機起逆急供境曲緊空屈形計軽径欠穴結減原固口工高合鋼材作削残仕視試軸質遮射受収重出準処初除昇照上乗状植信針水数寸成制精切接節設絶先線洗全送相像足側測存損打耐体退台替達単端短断値置着柱注調定底滴点転伝電度塔頭導特入熱粘排倍背白板搬比尾微表品負部風復幅物分噴閉変保法放包本巻満密面網模目門油輸余用容立粒流量力冷列連路炉枠";

    /// <summary>The characters of JIS X 0208's first level, rows 16 to 47: what Japanese is written with.</summary>
    private static readonly string AnyKanji = FirstLevel();

    /// <summary>One or two syllables, such as "drand" or "flooking".</summary>
    public static string English(SeededRandom random)
    {
        var word = Syllable(random) + (random.Chance(45) ? Syllable(random) : "");
        return word.Length < 3 ? word + Syllable(random) : word;
    }

    /// <summary>Words joined as programs write them: LabelRoll, LABEL_ROLL, label-roll; or one as it is.</summary>
    public static string Joined(SeededRandom random)
    {
        var words = Enumerable.Range(0, random.Between(1, 2)).Select(_ => English(random)).ToArray();
        return random.Next(5) switch
        {
            0 => string.Join('_', words).ToUpperInvariant(),
            1 => string.Join('_', words),
            2 => string.Concat(words.Select(Texts.Capital)),
            3 => string.Join(' ', words.Select(Texts.Capital)),
            _ => words[0],
        };
    }

    /// <summary>One or two characters of thousands.</summary>
    public static string AnyCharacters(SeededRandom random) => random.Chance(25) ? AnyCharacter(random) : AnyCharacter(random) + AnyCharacter(random);

    public static string AnyCharacter(SeededRandom random) => Character(random, AnyKanji).ToString();

    /// <summary>Two to five kana, or two characters.</summary>
    public static string Japanese(SeededRandom random)
    {
        if (random.WideChance(40))
            return AnyCharacters(random) + (random.Chance(25) ? random.Pick(["れ", "み", "し", "り", "い", "け", "き", "の"]) + Character(random, AnyKanji) : "");
        if (random.Chance(50))
            return $"{Character(random, Kanji)}{Character(random, Kanji)}";
        var word = "";
        for (var left = random.Between(2, 5); left > 0; left--)
            word += random.Next(9) switch { 0 when word.Length > 0 && word[^1] != 'ー' => "ー", 1 when left > 1 && word.Length > 0 => $"ッ{Character(random, "カキクケコタツテトパピプペポ")}", _ => Character(random, Kana).ToString() };
        return word;
    }

    private static string FirstLevel()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var encoding = Encoding.GetEncoding("euc-jp");
        var characters = new StringBuilder();
        for (var row = 0xB0; row <= 0xCF; row++)
        {
            for (var cell = 0xA1; cell <= 0xFE; cell++)
            {
                var text = encoding.GetString([(byte)row, (byte)cell]);
                if (text.Length == 1 && text[0] is >= '\u4E00' and <= '\u9FFF')
                    characters.Append(text);
            }
        }
        return characters.ToString();
    }

    private static string Syllable(SeededRandom random) => random.Pick(Onsets) + random.Pick(Vowels) + random.Pick(Codas);

    private static char Character(SeededRandom random, string characters) => characters[random.Next(characters.Length)];
}
