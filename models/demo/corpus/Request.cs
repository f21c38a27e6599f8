namespace Temoto.Demo.Corpus;

/// <summary>How a request and the lines that it is about stand together.</summary>
internal static class Request
{
    public static string Join(SeededRandom random, Language language, string request, string lines)
    {
        if (request.Length == 0)
            return lines;
        request = Typed(random, language, request);
        var several = lines.Contains('\n');
        return random.Next(20) switch
        {
            < 6 => $"{lines}\n{request.TrimEnd(':', '：')}",
            6 => $"{lines}\n\n{request.TrimEnd(':', '：')}",
            < 10 when !several => $"{request}{(request[^1] is ':' or '.' or '?' or '。' or '\uFF1F' or '：' ? "" : ":")} {lines}",
            10 => $"{request}\n\n{lines}",
            11 when !several => $"{request} \"{lines}\"",
            _ => $"{request}\n{lines}",
        };
    }

    /// <summary>The request behind its lines.</summary>
    public static string Behind(SeededRandom random, Language language, string request, string lines) => $"{lines}\n{Typed(random, language, request).TrimEnd(':', '：')}";

    /// <summary>As people type: wide question marks, no capitals, no end.</summary>
    private static string Typed(SeededRandom random, Language language, string request)
    {
        if (language == Language.Ja && random.Chance(40))
            request = request.Replace('?', '\uFF1F');
        // Names keep their letters.
        if (language == Language.En && random.Chance(12) && !request[1..].Any(character => char.IsAsciiDigit(character) || char.IsAsciiLetterUpper(character)))
            request = request.ToLowerInvariant();
        return Said(random, language, random.Chance(12) ? request.TrimEnd('.', '?', '!', '。', '\uFF1F') : request);
    }

    /// <summary>With a word before it or behind it, in the whole world.</summary>
    private static string Said(SeededRandom random, Language language, string request)
    {
        if (!random.WideChance(10))
            return request;
        return language == Language.En
            ? string.Format(random.Pick(["q: {0}", "Q: {0}", "question: {0}", ">> {0}", "Hi, {0}", "hello, {0}", "from the log: {0}", "{0} thanks", "{0} pls", "-- {0}", "quick one: {0}", "{0} (see log)"]), request)
            : string.Format(random.Pick(["質問：{0}", "Q. {0}", "→ {0}", "すみません、{0}", "お疲れさまです。{0}", "ログについて、{0}", "{0}よろしくお願いします", "※{0}", "確認です、{0}", "以上、{0}"]), request);
    }

    /// <summary>The language of the lines under a request in another: English machines stand in Japanese halls more often than the reverse.</summary>
    public static Language LogLanguage(SeededRandom random, Language language) =>
        random.Chance(language == Language.Ja ? 24 : 5) ? (language == Language.Ja ? Language.En : Language.Ja) : language;
}
