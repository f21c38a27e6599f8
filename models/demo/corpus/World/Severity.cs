namespace Temoto.Demo.Corpus.World;

/// <summary>How bad an alarm is: the word that an answer has, and those that logs have.</summary>
internal sealed record Severity(string Name, string[] EnWords, string[] JaWords)
{
    public static readonly Severity Critical = new("critical",
        ["critical", "CRITICAL", "CRIT", "Critical", "crit", "severe", "SEVERE", "fatal", "FATAL", "EMERGENCY", "emergency", "EMERG", "major", "MAJOR", "urgent", "level 3", "ERROR", "Error", "FAULT"],
        ["重大", "重大", "重故障", "重故障", "緊急", "危険", "致命的", "非常", "重度", "レベル3", "重異常", "重アラーム", "異常", "エラー", "CRIT"]);

    public static readonly Severity Warning = new("warning",
        ["warning", "WARNING", "WARN", "Warning", "warn", "caution", "CAUTION", "Caution", "alert", "ALERT", "level 2", "medium", "W"],
        ["警告", "警告", "注意", "注意", "軽故障", "軽故障", "警戒", "レベル2", "要注意", "軽異常", "ワーニング", "中度", "WARN"]);

    public static readonly Severity Notice = new("notice",
        ["notice", "NOTICE", "Notice", "info", "INFO", "Info", "information", "level 1", "advisory", "event", "EVENT", "I"],
        ["通知", "情報", "情報", "軽微", "お知らせ", "レベル1", "連絡", "参考", "インフォ", "INFO"]);

    public static readonly Severity[] All = [Critical, Warning, Notice];

    public string Word(SeededRandom random, Language language) => random.Pick(language == Language.En ? EnWords : JaWords);
}
