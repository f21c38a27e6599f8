using System.Text;

namespace Temoto.Tests.Generation.Tokenizers;

/// <summary>Strings that tokenizers stumble over: hand-picked ones first, then seeded mixtures. Same seed, same strings.</summary>
internal static class VariedText
{
    private static readonly string[] HandPicked =
    [
        "", " ", "  ", "   ", new string(' ', 40), "\t", "\t\t x", "\n", "\n\n\n", "\r", "a\rb", "\r\n", "a\r\nb\r\n", "a \n b", " \n", "\n ", "  \n  x", "x  \n\n  \n y ", "a\u0000b\0\0",
        "Hello, world!", " Hello", "don't I'll you've we're he'd I'm it's", "DON'T I'LL YOU'VE WE'RE HE'D I'M IT'S", "'s 't 're 've 'm 'll 'd", "''s 'S'T'Re'vE", "o'clock 'twas rock'n'roll d'accord", "'", "'r", "'l'", "x's1",
        "1234567890", "1 22 333 4444 55555", "3.14159e-10", "x2y3", "٠١٢٣٤٥٦٧٨٩", "०१२३", "𝟎𝟏𝟐𝟑5", "½ ² ³ ① Ⅻ ㊿", "𐄇𐄈𒐀",
        "e\u0301 vs \u00e9", "A\u030a \u00c5 \u212b", "a\u0323\u0307 a\u0307\u0323", "\u1100\u1161\u11a8 각 가\u11a8", "\u0344\u0343", "q\u0307\u0323", "\u0f71\u0f72\u0f74", "ﬁ ﬀ", "\u0301leading mark", "e \u0301", "\U0002f800\U0002fa1d", "\U0001d15e",
        "👨‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈 🇯🇵", "😀😃😄", "a😀b", " 😀", "♥️❤", "#️⃣", "漢字かなカナ混じり文。", "𠀀𠀁𪛖 a𠀀b", "日本語\u3000全角 空白", "中文，没有空格的句子。", "한국어 문장입니다", "Привет, мир!", "مرحبا بالعالم", "שלום עולם", "नमस्ते दुनिया", "สวัสดีชาวโลก", "γειά σου Κόσμε", "Việt Nam tiếng Việt",
        "a\u00a0b", "\u00a0\u00a0x", "a\u2003b\u2009c\u202fd\u205fe\u1680f", "a\u2028b\u2029c", "a\u200bb\u200cc\u200dd", "zero\u2060width", "\v\f", "a\u001cb\u001fc", "a\u00adb",
        "https://example.com/a/b?c=d&e=%20f#g", "user.name+tag@example.co.jp", "C:\\Users\\x\\y.txt", "for (int i = 0; i < n; ++i) {\n\tx[i] += y[i];\r\n}", "def f(x):\n    return x**2  # square\n\n\n", "<a href=\"x\">&amp;</a>", "{\"key\": [1, 2.5, null]}", "----====____....!!!???", "$100.00 €5 £7 ¥9 ₿", "snake_case camelCase PascalCase kebab-case SCREAMING",
        "<|im_start|>user\nhi<|im_end|>\n", "<|endoftext|>", "a<|endoftext|>b", " <|im_end|> ", "<tool_call>{}</tool_call>", "<|im_start", "<|im_end|><|im_end|>", "<s>x</s>", "<|<|im_start|>|>", "<|endoftext|", "<mask> <pad><unk>",
        "ÀÉÎÕÜ ß ſ İ ı Ǆ", "ＦＵＬＬＷＩＤＴＨ　１２３", "\ufffd\ufffc", "\ue000\uf8ff", "\U000e0001\U0010fffd", "\ud7ff\uffef",
    ];

    private static readonly string[] Pieces =
    [
        " ", "  ", "\t", "\n", "\r\n", "\r", "\u00a0", "\u2003", "\u3000", "'s", "'LL", "'", "'re", "-", "...", "!?", "\"", "(", ")", "_", "/", "://", "@", "#", "&", "0", "7", "42", "1999", "３", "٣", "𝟗", "a", "the", "The", " quick", "Brown", "fox", "ing", "ß", "é", "e\u0301", "ñ", "n\u0303",
        "\u0323", "\u0301", "\u200d", "\ufe0f", "漢", "字", "の", "カ", "𠀀", "\U0002a6d6", "한", "\u1112\u1161\u11ab", "ж", "Привет", "ع", "ह", "ि", "ก", "😀", "👩", "🏽", "🇯", "🇵", "\0", "\u0001", "\u2028", "<|im_end|>", "<|endoftext|>", "</s>", "<s>", "<tool_call>", "<|", "|>", "½", "Ⅳ", "€", "∑", "→", "\u00ad",
    ];

    public static IReadOnlyList<string> Strings(int seed, int count)
    {
        var random = new Random(seed);
        var strings = new List<string>(HandPicked);
        strings.Add(new string('a', 5000));
        strings.Add(string.Concat(Enumerable.Range(0, 3000).Select(i => (char)('a' + (i * 7919 % 26)))));
        strings.Add(new string('!', 777));
        strings.Add(string.Concat(Enumerable.Repeat("漢字", 500)));
        strings.Add(new string('1', 100));
        while (strings.Count < count)
        {
            var text = new StringBuilder();
            var length = random.Next(1, 30);
            var kind = random.Next(4);
            for (var i = 0; i < length; i++)
            {
                if (kind == 0)
                    text.Append(AnyRune(random));
                else if (kind == 1 && random.Next(3) == 0)
                    text.Append(AnyRune(random));
                else
                    text.Append(Pieces[random.Next(Pieces.Length)]);
            }
            strings.Add(text.ToString());
        }
        return strings;
    }

    /// <summary>Assigned in Unicode 14 or before; half of them from the BMP.</summary>
    private static string AnyRune(Random random)
    {
        while (true)
        {
            var value = random.Next(4) switch
            {
                0 => random.Next(0x20, 0x250),
                1 => random.Next(0x250, 0x3100),
                2 => random.Next(0x3100, 0x10000),
                _ => random.Next(3) switch { 0 => random.Next(0x10000, 0x20000), 1 => random.Next(0x20000, 0x31350), _ => random.Next(0x1F300, 0x1FAD0) },
            };
            if (Rune.IsValid(value) && Rune.GetUnicodeCategory(new Rune(value)) != System.Globalization.UnicodeCategory.OtherNotAssigned)
                return new Rune(value).ToString();
        }
    }
}
