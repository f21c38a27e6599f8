namespace Temoto.Demo.Corpus.World;

/// <summary>What a machine is doing: in the words of logs, and as an answer says it.</summary>
/// <param name="En">In an English answer, after "is".</param>
/// <param name="Ja">In a Japanese answer, before です.</param>
/// <param name="Fault">Whether an answer names it as abnormal.</param>
internal sealed record MachineState(string En, string Ja, bool Fault, string[] EnLog, string[] JaLog)
{
    public static readonly MachineState Running = new("running", "運転中", false,
        ["running", "running", "running", "RUN", "Running", "RUNNING", "run", "on", "ON", "in operation", "operating", "active", "AUTO RUN", "started", "working", "in production", "producing"],
        ["運転中", "運転中", "運転中", "稼働中", "稼動中", "運転", "稼働", "自動運転中", "作動中", "生産中", "動作中", "RUN", "運転ON"]);

    public static readonly MachineState Stopped = new("stopped", "停止中", false,
        ["stopped", "stopped", "STOP", "Stopped", "STOPPED", "stop", "off", "OFF", "halted", "not running", "shut down", "down", "standstill"],
        ["停止中", "停止中", "停止", "停止", "停機", "止まっている", "STOP", "運転停止", "休止中", "停止状態"]);

    public static readonly MachineState[] All =
    [
        Running, Stopped,
        new("idle", "待機中", false, ["idle", "IDLE", "Idle", "standby", "STANDBY", "stand-by", "waiting", "ready"], ["待機中", "待機", "アイドル", "スタンバイ", "準備完了", "待ち", "IDLE"]),
        new("starting up", "起動中", false, ["starting", "STARTING", "starting up", "start-up", "booting"], ["起動中", "立上げ中", "立ち上げ中", "始動中"]),
        new("being cleaned", "洗浄中", false, ["cleaning", "CLEANING", "CIP", "washing", "being cleaned"], ["洗浄中", "清掃中", "CIP洗浄中", "清掃"]),
        new("under maintenance", "保守中", false, ["maintenance", "MAINT", "Maintenance", "under maintenance", "service", "PM"], ["保守中", "保全中", "メンテナンス中", "メンテ中", "点検中", "整備中"]),
        new("in fault", "異常停止中", true, ["fault", "FAULT", "Fault", "error", "ERROR", "tripped", "TRIP", "alarm", "ALARM", "faulted", "failed", "in fault", "ERR"], ["異常停止", "故障", "異常", "トリップ", "故障停止", "エラー停止", "アラーム停止", "エラー", "異常停止中"]),
        new("being set up", "段取り中", false, ["setup", "SETUP", "changeover", "set-up", "tool change", "being set up"], ["段取り中", "段取", "段取り替え", "段替え中", "型替え中", "準備中"]),
        new("waiting for material", "材料待ち", false, ["waiting for material", "no material", "starved", "STARVED", "material wait"], ["材料待ち", "ワーク待ち", "部材待ち", "材料切れ", "供給待ち"]),
        new("paused", "一時停止中", false, ["paused", "PAUSE", "hold", "HOLD", "on hold", "feed hold", "suspended"], ["一時停止", "一時停止中", "保留中", "中断中", "チョコ停"]),
        new("warming up", "暖機中", false, ["warm-up", "warming up", "WARMUP", "heating up", "preheating"], ["暖機中", "暖機運転", "昇温中", "予熱中"]),
        new("in emergency stop", "非常停止中", true, ["E-STOP", "emergency stop", "ESTOP", "e-stop active", "EMG STOP"], ["非常停止", "非常停止中", "緊急停止"]),
        new("in manual mode", "手動運転中", false, ["manual", "MANUAL", "MAN", "manual mode", "jog", "in manual"], ["手動", "手動運転", "手動モード", "マニュアル", "手動運転中"]),
        new("offline", "通信断", true, ["offline", "OFFLINE", "no connection", "comm lost", "disconnected"], ["オフライン", "通信断", "通信途絶", "未接続"]),
        new("in test", "試運転中", false, ["test", "TEST", "test run", "in test", "trial"], ["試運転", "試運転中", "テスト中", "試験中"]),
        new("charging", "充電中", false, ["charging", "CHARGING", "Charge", "on charger"], ["充電中", "充電"]),
        new("heating", "加熱中", false, ["heating", "HEATING", "HEAT", "firing"], ["加熱中", "加熱", "燃焼中", "燃焼", "焼成中"]),
        new("cooling", "冷却中", false, ["cooling", "COOLING", "cool down", "cooling down"], ["冷却中", "冷却", "放冷中"]),
        new("moving", "移動中", false, ["moving", "MOVING", "driving", "DRIVE", "travelling"], ["移動中", "走行中", "走行", "移動"]),
        new("machining", "加工中", false, ["machining", "MACHINING", "cutting", "CUT", "processing", "in process"], ["加工中", "加工", "切削中", "処理中"]),
        new("filling", "充填中", false, ["filling", "FILLING", "FILL", "dosing"], ["充填中", "注入中", "給水中"]),
        new("finished", "完了", false, ["finished", "DONE", "done", "complete", "completed", "END", "job done"], ["完了", "終了", "加工完了", "サイクル終了"]),
        new("locked", "ロック中", false, ["locked", "LOCKED", "LOTO", "locked out"], ["ロック中", "施錠中", "ロック"]),
        new("blocked", "満杯待ち", false, ["blocked", "BLOCKED", "outfeed full", "discharge full"], ["満杯待ち", "後工程待ち", "満杯", "払出し待ち"]),
    ];

    /// <summary>Other words that people ask with: in English in the place of <see cref="En"/>, in Japanese as a verb (止まっている).</summary>
    private static readonly Dictionary<string, (string[] En, string[] Ja)> Asked = new()
    {
        ["running"] = (["running", "up", "operating", "on", "working", "in operation"], ["動いている", "稼働している", "運転している", "動いてる"]),
        ["stopped"] = (["stopped", "down", "off", "not running", "standing still", "halted"], ["止まっている", "停止している", "止まってる", "動いていない"]),
        ["idle"] = (["idle", "in standby", "waiting", "on standby"], ["待機している", "待っている", "空いている"]),
        ["in fault"] = (["in fault", "faulted", "tripped", "in alarm", "broken", "in error"], ["故障している", "異常停止している", "トリップしている", "壊れている"]),
        ["under maintenance"] = (["under maintenance", "being serviced", "in maintenance", "in service"], ["保守している", "点検している", "整備している"]),
        ["being cleaned"] = (["being cleaned", "cleaning", "in cleaning"], ["洗浄している", "清掃している"]),
        ["being set up"] = (["being set up", "in setup", "in changeover"], ["段取りしている", "型替えしている"]),
        ["paused"] = (["paused", "on hold"], ["一時停止している", "中断している"]),
        ["charging"] = (["charging", "on the charger"], ["充電している"]),
        ["offline"] = (["offline", "disconnected", "not connected"], ["オフラインになっている", "通信が切れている"]),
        ["starting up"] = (["starting up", "starting"], ["起動している", "立ち上がり中の"]),
    };

    /// <summary>As people ask for it in the whole world; null where they have no other word.</summary>
    public string? InQuestion(SeededRandom random, Language language) => Asked.TryGetValue(En, out var words) ? random.Pick(language == Language.En ? words.En : words.Ja) : null;

    public string InLog(SeededRandom random, Language language) => random.Pick(language == Language.En ? EnLog : JaLog);

    public string In(Language language) => language == Language.En ? En : Ja;
}
