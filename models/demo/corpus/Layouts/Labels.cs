namespace Temoto.Demo.Corpus.Layouts;

/// <summary>The names of cells in layouts that name them; each log keeps one name per role.</summary>
internal sealed class Labels(SeededRandom random, Language language)
{
    private readonly Dictionary<Role, string> drawn = [];
    private readonly bool upper = language == Language.En && random.Chance(12);

    public string this[Role role]
    {
        get
        {
            if (!drawn.TryGetValue(role, out var label))
                drawn.Add(role, label = upper ? Draw(role).ToUpperInvariant() : Draw(role));
            return label;
        }
    }

    private string Draw(Role role) => random.Pick(language == Language.En
        ? role switch
        {
            Role.Time => ["time", "ts", "timestamp", "at", "date", "Time"],
            Role.Name => ["machine", "id", "unit", "asset", "equipment", "device", "name", "src", "source", "tag", "Machine", "station", "mc"],
            Role.Type => ["type", "kind", "class", "equipment_type"],
            Role.State => ["state", "status", "mode", "st", "State", "Status", "run"],
            Role.Severity => ["severity", "level", "sev", "prio", "priority", "class", "Severity", "lvl"],
            Role.Code => ["code", "alarm", "err", "id", "no", "alarm_no", "fault"],
            Role.Message => ["message", "msg", "text", "description", "desc", "event", "Message", "alarm_text", "reason"],
            Role.Hint => ["hint", "action", "remedy", "todo", "recommendation", "Remedy", "fix", "next"],
            _ => ["note", "remark", "comment", "info", "batch"],
        }
        : (string[])(role switch
        {
            Role.Time => ["時刻", "日時", "時間", "発生時刻"],
            Role.Name => ["設備", "機械", "号機", "装置", "設備名", "機番", "装置名", "対象"],
            Role.Type => ["種別", "種類", "機種"],
            Role.State => ["状態", "ステータス", "運転状態", "モード", "現在状態"],
            Role.Severity => ["重要度", "レベル", "区分", "重大度", "種別", "ランク"],
            Role.Code => ["コード", "番号", "アラーム番号", "エラーコード", "No"],
            Role.Message => ["内容", "メッセージ", "アラーム", "アラーム内容", "事象", "現象", "異常内容"],
            Role.Hint => ["対処", "処置", "対応", "対策", "指示", "処置方法"],
            _ => ["備考", "メモ", "コメント", "特記"],
        }));
}
