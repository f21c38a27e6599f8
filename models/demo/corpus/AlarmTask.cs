namespace Temoto.Demo.Corpus;

/// <summary>One alarm in, one JSON object {machine, severity, cause, action} out.</summary>
internal static class AlarmTask
{
    /// <param name="EnSymptoms">What the alarm may say; {0} is a value with its unit, which the answer does not need.</param>
    private sealed record Cause(string En, string Ja, string EnAction, string JaAction, string Unit, Wordings EnSymptoms, Wordings JaSymptoms);

    private static readonly Cause[] Causes =
    [
        new("bearing overheating", "軸受の過熱", "check the lubrication", "潤滑を点検する", "C",
            new(["bearing temperature {0}", "bearing too hot, {0}", "hot bearing", "bearing heat above limit", "overheated bearing at {0}"], ["bearing is hot, {0}", "bearing temperature above limit"]),
            new(["軸受温度 {0}", "軸受が熱い {0}", "軸受の温度が上限を超過", "軸受過熱"], ["軸受の温度が高い {0}", "軸受が過熱"])),
        new("motor overload", "モーターの過負荷", "reduce the load", "負荷を下げる", "A",
            new(["motor current {0} over limit", "motor overloaded at {0}", "overload of the motor", "motor draws {0}, too much"], ["motor current too high, {0}", "overloaded motor"]),
            new(["モーター電流 {0} 超過", "モーターが過負荷", "モーター過負荷 {0}", "モーターの電流が高い"], ["モーターの過負荷 {0}", "モーター電流が高い {0}"])),
        new("low oil level", "油量の不足", "refill the oil", "油を補給する", "%",
            new(["oil level {0}", "oil is low, {0}", "low oil", "too little oil, {0}"], ["oil too low", "low oil level {0}"]),
            new(["油量 {0}", "油が少ない {0}", "油量低下", "油面が低い {0}"], ["油量が少ない {0}", "油面低下"])),
        new("coolant leak", "冷却水の漏れ", "close the coolant line", "冷却水の弁を閉める", "L/min",
            new(["coolant is leaking, {0}", "coolant loss {0}", "leak in the coolant line", "coolant leak detected"], ["coolant line leaking", "leak of coolant, {0}"]),
            new(["冷却水が漏れている {0}", "冷却水漏れを検知", "冷却水の漏れ {0}", "冷却水の配管から漏れ"], ["冷却水漏れ {0}", "冷却水が漏れを起こしている"])),
        new("clogged filter", "フィルターの目詰まり", "replace the filter", "フィルターを交換する", "bar",
            new(["filter clogged, {0}", "filter pressure drop {0}", "blocked filter", "filter is dirty, {0}"], ["filter blocked at {0}", "dirty filter"]),
            new(["フィルター目詰まり {0}", "フィルターの差圧 {0}", "フィルターが詰まった", "フィルターの汚れ {0}"], ["フィルターの目詰まり", "フィルターが汚れた {0}"])),
        new("worn belt", "ベルトの摩耗", "replace the belt", "ベルトを交換する", "mm/s",
            new(["belt slips, {0}", "belt is worn", "worn drive belt, {0}", "belt slip detected"], ["drive belt slips at {0}", "belt worn"]),
            new(["ベルトの滑り {0}", "ベルトが摩耗", "ベルト摩耗 {0}", "ベルトが滑っている"], ["ベルトの摩耗を検知", "ベルトが滑る {0}"])),
        new("imbalance", "回転の不釣り合い", "balance the rotor", "ローターの釣り合いを取る", "mm/s",
            new(["rotor vibration {0}", "rotor out of balance", "strong rotor vibration", "rotor shakes, {0}"], ["rotor vibration high, {0}", "rotor is out of balance"]),
            new(["ローター振動 {0}", "ローターの振動が大きい", "ローターの不釣り合い {0}", "ローターが揺れる"], ["ローターの振動 {0}", "ローターが不釣り合い"])),
        new("sensor failure", "センサーの故障", "replace the sensor", "センサーを交換する", "%",
            new(["no signal from the sensor", "sensor reads {0}, frozen", "sensor fault", "sensor does not answer"], ["sensor signal lost", "fault of the sensor, {0}"]),
            new(["センサーの信号なし", "センサー異常 {0}", "センサーが応答しない", "センサー故障"], ["センサー信号なし", "センサーの異常"])),
        new("lost network link", "通信の断", "check the network cable", "通信ケーブルを点検する", "%",
            new(["network lost", "no network link", "network timeout", "link down, packet loss {0}"], ["network link lost", "network down"]),
            new(["通信が途切れた", "通信タイムアウト", "ネットワーク断", "通信エラー {0}"], ["通信断", "ネットワークが途切れた"])),
        new("power dip", "電源電圧の低下", "check the power supply", "電源を点検する", "V",
            new(["supply voltage {0}", "voltage dip to {0}", "supply voltage too low", "voltage dropped to {0}"], ["low supply voltage, {0}", "voltage dip"]),
            new(["電源電圧 {0}", "電圧低下 {0}", "電源電圧が低い", "電圧が {0} に低下"], ["電源の電圧が低い {0}", "電源電圧低下"])),
        new("stuck valve", "弁の固着", "free the valve", "弁を手で動かす", "%",
            new(["valve stuck at {0}", "valve does not move", "stuck valve", "valve position frozen, {0}", "frozen valve, {0}", "valve jammed at {0}"], ["valve is stuck", "valve frozen at {0}"]),
            new(["弁が {0} で固着", "弁が動かない", "弁の固着 {0}", "弁開度が変わらない"], ["弁が固着 {0}", "弁の開度が変わらない"])),
        new("door open", "扉の開放", "close the door", "扉を閉める", "",
            new(["door open", "guard door not closed", "safety door opened", "door switch open"], ["the door is open", "safety door not closed"]),
            new(["扉が開いている", "安全扉が開いた", "扉開", "扉が閉まっていない"], ["扉が開いた", "安全扉が閉まっていない"])),
        new("emergency stop pressed", "非常停止の作動", "release the stop button", "非常停止を解除する", "",
            new(["emergency stop pressed", "stop button pressed", "emergency stop active", "someone pressed the stop button"], ["emergency stop button pressed", "stop button active"]),
            new(["非常停止が押された", "非常停止ボタン作動", "非常停止中", "非常停止が作動"], ["非常停止ボタンが押された", "非常停止作動"])),
        new("material jam", "材料の詰まり", "clear the jam", "詰まりを取り除く", "",
            new(["material jam at the inlet", "parts are jammed", "jam detected", "infeed jammed"], ["jam at the infeed", "material jammed"]),
            new(["材料が詰まった", "投入口で詰まり", "部品の詰まりを検知", "材料詰まり"], ["投入口で材料が詰まった", "材料の詰まりを検知"])),
        new("low air pressure", "空気圧の低下", "check the air line", "空気配管を点検する", "bar",
            new(["air pressure {0}", "air pressure too low", "compressed air at {0}", "not enough air, {0}"], ["low air pressure {0}", "air pressure only {0}"]),
            new(["空気圧 {0}", "空気圧低下", "エアーが足りない {0}", "エアー圧が低い"], ["空気圧が低い {0}", "エアー圧低下"])),
        new("overfilled tank", "液面の上昇", "stop the inflow", "流入を止める", "%",
            new(["liquid level {0}, overflow", "overfilled at {0}", "overflow near, {0}", "level above maximum"], ["overflow, level {0}", "overfilled"]),
            new(["液面 {0} 上限超過", "あふれそう {0}", "液面が上限", "液面が高い {0}"], ["液面が上限を超過 {0}", "液面が高い"])),
        new("dull tool", "刃の摩耗", "change the tool", "刃を交換する", "kW",
            new(["tool is dull", "cutting force up, {0}", "dull tool, {0}", "tool life used up"], ["dull cutting tool", "the tool is dull, {0}"]),
            new(["刃が摩耗", "切削力上昇 {0}", "刃の寿命", "刃の切れが悪い {0}"], ["刃の摩耗 {0}", "刃の切れが悪い"])),
        new("cooling fan stopped", "冷却ファンの停止", "check the cooling fan", "冷却ファンを点検する", "C",
            new(["cooling fan stopped", "cooling fan does not turn", "cabinet {0}, cooling fan off", "cooling fan fault"], ["cooling fan off", "fault of the cooling fan"]),
            new(["冷却ファン停止", "冷却ファンが回らない", "盤内 {0}、冷却ファン停止", "冷却ファン異常"], ["冷却ファンが停止", "冷却ファンの異常"])),
        new("brake worn", "ブレーキの摩耗", "replace the brake pads", "ブレーキパッドを交換する", "mm",
            new(["brake pad {0}", "brake worn", "brake distance too long", "brake slips, {0}"], ["worn brake", "brake pad worn, {0}"]),
            new(["ブレーキパッド {0}", "ブレーキ摩耗", "ブレーキが滑る {0}", "ブレーキの効きが悪い"], ["ブレーキが摩耗 {0}", "ブレーキが滑る"])),
        new("battery low", "電池の残量不足", "replace the battery", "電池を交換する", "%",
            new(["battery at {0}", "battery low", "backup battery weak", "battery nearly empty, {0}"], ["low battery, {0}", "battery weak"]),
            new(["電池残量 {0}", "電池切れ", "電池が弱い {0}", "バックアップ電池低下"], ["電池の残量 {0}", "電池低下"])),
    ];

    private sealed record Severity(string Name, string[] EnWords, string[] JaWords);

    private static readonly Severity[] Severities =
    [
        new("critical", ["critical", "severe", "emergency level", "level 3"], ["重大", "緊急", "危険", "レベル3"]),
        new("warning", ["warning", "caution", "alert", "level 2"], ["警告", "注意", "警戒", "レベル2"]),
        new("notice", ["notice", "info", "minor", "level 1"], ["通知", "情報", "軽微", "レベル1"]),
    ];

    private static readonly Wordings English = new(
        [
            "Alarm to JSON:", "Turn this alarm into JSON:", "Convert the alarm to JSON:", "JSON for this alarm:",
            "Make JSON (machine, severity, cause, action):", "Read this alarm and answer in JSON:", "Classify the alarm as JSON:",
            "Please give JSON for the alarm below.", "Parse this alarm:", "Extract machine, severity, cause and action:", "What happened? Answer in JSON.",
            "Structured form of this alarm, please:", "Write the alarm as a JSON object:", "alarm json:",
        ],
        [
            "Convert this alarm into JSON:", "Please turn the alarm below into JSON.", "Give me JSON for this alarm:",
            "Extract JSON from this alarm:", "Write this alarm as JSON:",
        ]);

    private static readonly Wordings Japanese = new(
        [
            "このアラームをJSONにしてください。", "アラームをJSONへ:", "次のアラームをJSONに変換してください。", "JSONで答えてください。",
            "machine, severity, cause, action のJSONにして:", "アラームを読んでJSONで返してください。", "アラームをJSONに分類:",
            "以下のアラームを解析してください。", "JSON形式で:", "このアラームの原因と対処をJSONで。", "何が起きましたか? JSONで答えて。", "アラームのJSONをお願いします。",
        ],
        [
            "次のアラームをJSONにしてください。", "このアラームをJSONに変換:", "以下のアラームをJSON形式で。", "アラームを解析してJSONで返して。",
            "このアラームのJSONをお願いします。",
        ]);

    public static Exchange Make(SeededRandom random, Language language, Split split)
    {
        var logLanguage = random.Chance(language == Language.Ja ? 75 : 0) ? Language.Ja : Language.En;
        var english = logLanguage == Language.En;
        var cause = random.Pick(Causes);
        var severity = random.Pick(Severities);
        var type = random.Pick(MachineType.All).In(logLanguage);
        var name = MachineName.Draw(random, split);
        var value = Splits.Draw(split, () => $"{random.Between(1, 99)}.{random.Next(10)}") + (random.Chance(80) ? " " + cause.Unit : cause.Unit);
        var symptom = string.Format((english ? cause.EnSymptoms : cause.JaSymptoms).Pick(random, split), value.Trim());
        var word = random.Pick(english ? severity.EnWords : severity.JaWords);
        var alarm = Alarm(random, english, word, type, name, symptom);
        var instruction = (language == Language.En ? English : Japanese).Pick(random, split);
        var prompt = random.Next(10) switch
        {
            0 => $"{alarm}\n{instruction.TrimEnd(':')}",
            < 4 => $"{instruction} {alarm}",
            _ => $"{instruction}\n{alarm}",
        };
        return new(Kind.Alarm, language, severity.Name, prompt, Json(language, name, severity, cause));
    }

    private static string Alarm(SeededRandom random, bool english, string word, string type, string name, string symptom)
    {
        var capital = char.ToUpperInvariant(word[0]) + word[1..];
        var time = $"{random.Between(0, 23):00}:{random.Next(60):00}";
        return random.Next(7) switch
        {
            0 => $"{time} [{word}] {type} {name}: {symptom}",
            1 => english ? $"{capital} alarm on {type} {name}: {symptom}." : $"{type} {name} で{word}アラーム、{symptom}。",
            2 => $"{name} {type} {word}: {symptom}",
            3 => $"[{capital}] {type} {name} - {symptom}",
            4 => english ? $"{type} {name}, {word}, {symptom}" : $"{type} {name}、{word}、{symptom}",
            5 => $"{time} {name} {symptom} ({word})",
            _ => $"{type} {name} | {symptom} | {word}",
        };
    }

    /// <summary>Keys and severities stay English, for the program that reads them; cause and action are in the reader's language.</summary>
    private static string Json(Language language, string name, Severity severity, Cause cause)
    {
        var english = language == Language.En;
        var first = severity.Name != "critical" ? "" : english ? "stop the machine and " : "機械を止めて";
        return $$"""{"machine": "{{name}}", "severity": "{{severity.Name}}", "cause": "{{(english ? cause.En : cause.Ja)}}", "action": "{{first}}{{(english ? cause.EnAction : cause.JaAction)}}"}""";
    }
}
