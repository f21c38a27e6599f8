namespace Temoto.Demo.Corpus.World;

/// <summary>What an alarm says is wrong, and what its answer says: the message itself where the languages agree, its parts in the other one where not.</summary>
internal sealed record Fault(string Message, string Cause, string Action)
{
    private sealed record Part(string En, string Ja);

    /// <summary>Something that can be wrong with a part. {0} is the part; the first form of each language is the one that translations have.</summary>
    private sealed record Trouble(string[] En, string[] Ja, string EnAction, string JaAction);

    private static readonly Part[] Parts =
    [
        new("bearing", "軸受"), new("motor", "モーター"), new("spindle", "主軸"), new("spindle motor", "主軸モーター"), new("gearbox", "減速機"), new("belt", "ベルト"), new("chain", "チェーン"), new("coupling", "カップリング"),
        new("pump", "ポンプ"), new("hydraulic pump", "油圧ポンプ"), new("cooling fan", "冷却ファン"), new("fan", "ファン"), new("filter", "フィルター"), new("oil filter", "オイルフィルター"), new("air filter", "エアフィルター"), new("valve", "弁"),
        new("solenoid valve", "電磁弁"), new("cylinder", "シリンダー"), new("clamp", "クランプ"), new("gripper", "グリッパー"), new("chuck", "チャック"), new("tool", "工具"), new("nozzle", "ノズル"), new("heater", "ヒーター"),
        new("sensor", "センサー"), new("limit switch", "リミットスイッチ"), new("proximity sensor", "近接センサー"), new("temperature sensor", "温度センサー"), new("pressure sensor", "圧力センサー"), new("level sensor", "レベルセンサー"), new("encoder", "エンコーダー"), new("camera", "カメラ"),
        new("safety door", "安全扉"), new("guard", "安全カバー"), new("light curtain", "ライトカーテン"), new("servo amplifier", "サーボアンプ"), new("servo motor", "サーボモーター"), new("inverter", "インバーター"), new("power supply", "電源"), new("breaker", "ブレーカー"),
        new("fuse", "ヒューズ"), new("cable", "ケーブル"), new("connector", "コネクター"), new("battery", "バッテリー"), new("controller", "制御装置"), new("network", "通信"), new("brake", "ブレーキ"), new("hoist rope", "ワイヤーロープ"),
        new("coolant", "冷却水"), new("coolant tank", "冷却水タンク"), new("lubricant", "潤滑油"), new("hydraulic oil", "作動油"), new("grease", "グリス"), new("compressed air", "圧縮空気"), new("air hose", "エアホース"), new("seal", "シール"),
        new("conveyor", "コンベヤー"), new("feeder", "フィーダー"), new("hopper", "ホッパー"), new("film", "フィルム"), new("label roll", "ラベルロール"), new("mold", "金型"), new("burner", "バーナー"), new("ventilation", "換気"),
        new("axis", "軸"), new("robot arm", "ロボットアーム"), new("roller", "ローラー"), new("impeller", "羽根車"), new("cutter blade", "切断刃"), new("drain", "ドレン"), new("tank", "タンク"), new("winding", "巻線"),
    ];

    private static readonly Trouble[] Troubles =
    [
        new(["{0} overheating", "{0} overheated", "{0} over temperature", "{0} temperature too high", "{0} temperature high", "high {0} temperature", "{0} is hot", "overtemperature {0}"], ["{0}の過熱", "{0}過熱", "{0}温度異常", "{0}の温度上昇", "{0}温度が高い", "{0}が過熱しています", "{0}温度上限超過"], "check the cooling of the {0}", "{0}の冷却を点検する"),
        new(["{0} overload", "{0} overloaded", "{0} overcurrent", "overload of {0}", "{0} current over limit", "{0} load too high"], ["{0}の過負荷", "{0}過負荷", "{0}過電流", "{0}オーバーロード", "{0}が過負荷です"], "reduce the load of the {0}", "{0}の負荷を下げる"),
        new(["{0} level low", "low {0} level", "{0} low", "{0} is low", "{0} empty", "not enough {0}", "{0} level below minimum", "no {0}"], ["{0}の不足", "{0}不足", "{0}残量低下", "{0}レベル低下", "{0}が少ない", "{0}切れ", "{0}がなくなりました"], "refill the {0}", "{0}を補給する"),
        new(["{0} pressure low", "low {0} pressure", "{0} pressure drop", "{0} pressure too low", "loss of {0} pressure"], ["{0}の圧力低下", "{0}圧力低下", "{0}圧低下", "{0}の圧力が低い", "{0}圧力下限"], "check the {0} for leaks", "{0}の漏れを点検する"),
        new(["{0} pressure high", "high {0} pressure", "{0} overpressure", "{0} pressure above limit"], ["{0}の圧力上昇", "{0}圧力上昇", "{0}圧力異常", "{0}圧力上限", "{0}の圧力が高い"], "relieve the pressure of the {0}", "{0}の圧力を抜く"),
        new(["{0} leak", "{0} leaking", "leak at {0}", "{0} leakage detected", "{0} is leaking"], ["{0}の漏れ", "{0}漏れ", "{0}漏れ検知", "{0}から漏れ", "{0}が漏れています"], "seal the leak at the {0}", "{0}の漏れを止める"),
        new(["{0} clogged", "clogged {0}", "{0} blocked", "blocked {0}", "{0} dirty", "{0} is clogged"], ["{0}の詰まり", "{0}詰まり", "{0}目詰まり", "{0}の目詰まり", "{0}が詰まった", "{0}汚れ"], "clean the {0}", "{0}を清掃する"),
        new(["{0} worn", "worn {0}", "{0} wear limit reached", "{0} worn out", "{0} life used up", "{0} end of life"], ["{0}の摩耗", "{0}摩耗", "{0}寿命", "{0}摩耗限界", "{0}交換時期", "{0}が摩耗しています"], "replace the {0}", "{0}を交換する"),
        new(["{0} broken", "broken {0}", "{0} damaged", "{0} breakage", "{0} cracked"], ["{0}の破損", "{0}破損", "{0}折損", "{0}が壊れた", "{0}損傷"], "replace the {0}", "{0}を交換する"),
        new(["{0} fault", "{0} failure", "{0} error", "{0} failed", "fault of {0}", "{0} alarm", "{0} malfunction", "{0} abnormal"], ["{0}の異常", "{0}異常", "{0}故障", "{0}エラー", "{0}不良", "{0}に異常"], "check the {0}", "{0}を点検する"),
        new(["{0} not responding", "{0} does not respond", "no response from {0}", "{0} timeout", "{0} no signal", "signal of {0} lost"], ["{0}の応答なし", "{0}応答なし", "{0}無応答", "{0}タイムアウト", "{0}信号なし", "{0}が応答しない"], "check the wiring of the {0}", "{0}の配線を点検する"),
        new(["{0} open", "{0} not closed", "{0} opened", "open {0}", "{0} is open"], ["{0}の開放", "{0}開", "{0}が開いています", "{0}未閉", "{0}が開いた"], "close the {0}", "{0}を閉める"),
        new(["{0} jam", "{0} jammed", "jam at {0}", "{0} stuck", "stuck {0}", "{0} does not move"], ["{0}の固着", "{0}固着", "{0}かみ込み", "{0}が動かない", "{0}ジャム", "{0}引っ掛かり"], "free the {0}", "{0}を動くようにする"),
        new(["{0} vibration", "{0} vibration high", "strong vibration at {0}", "{0} vibrating", "abnormal vibration of {0}"], ["{0}の振動", "{0}振動大", "{0}振動異常", "{0}の振動が大きい", "{0}異常振動"], "check the alignment of the {0}", "{0}の芯出しを点検する"),
        new(["{0} stopped", "{0} does not turn", "{0} not running", "{0} standstill", "{0} tripped"], ["{0}の停止", "{0}停止", "{0}が回らない", "{0}トリップ", "{0}が止まった"], "restart the {0}", "{0}を再起動する"),
        new(["{0} disconnected", "{0} unplugged", "{0} connection lost", "lost connection to {0}", "{0} link down"], ["{0}の断線", "{0}断線", "{0}未接続", "{0}断", "{0}接続切れ"], "reconnect the {0}", "{0}を接続し直す"),
        new(["{0} voltage low", "low {0} voltage", "{0} undervoltage", "{0} voltage drop"], ["{0}の電圧低下", "{0}電圧低下", "{0}低電圧", "{0}電圧不足"], "check the supply of the {0}", "{0}の給電を点検する"),
        new(["{0} position error", "{0} out of position", "{0} misaligned", "{0} deviation", "{0} not in position"], ["{0}の位置ずれ", "{0}位置ずれ", "{0}位置偏差", "{0}位置異常", "{0}がずれた"], "adjust the {0}", "{0}を調整する"),
        new(["{0} loose", "loose {0}", "{0} slack", "{0} slips"], ["{0}の緩み", "{0}緩み", "{0}のゆるみ", "{0}滑り"], "tighten the {0}", "{0}を締める"),
        new(["{0} maintenance due", "{0} service due", "{0} inspection due", "{0} replacement soon"], ["{0}の点検時期", "{0}点検時期", "{0}保守時期", "{0}点検のお知らせ"], "plan the service of the {0}", "{0}の保守を計画する"),
    ];

    private static readonly (string En, string Ja, string EnAction, string JaAction)[] Whole =
    [
        ("emergency stop pressed", "非常停止ボタンが押された", "release the stop button", "非常停止を解除する"), ("emergency stop active", "非常停止中", "release the stop button", "非常停止を解除する"),
        ("material jam at infeed", "投入口で材料詰まり", "clear the jam", "詰まりを取り除く"), ("no parts at infeed", "ワークなし", "supply parts", "ワークを供給する"), ("outfeed full", "排出側満杯", "clear the outfeed", "排出側を空ける"),
        ("power failure", "停電", "check the power supply", "電源を点検する"), ("smoke detected", "煙を検知", "leave and call for help", "避難して通報する"), ("gas detected", "ガスを検知", "leave and ventilate", "避難して換気する"),
        ("cycle time exceeded", "サイクルタイムオーバー", "check the sequence", "動作順序を点検する"), ("person in safety area", "安全エリアに人を検知", "clear the safety area", "安全エリアから出る"),
        ("wrong product type", "品種違い", "check the product type", "品種を確認する"), ("too many rejects", "不良多発", "check the quality", "品質を確認する"), ("collision detected", "衝突検知", "check for damage", "損傷を確認する"),
        ("zero return not complete", "原点復帰未完了", "return to zero", "原点復帰を行う"), ("program not found", "プログラムなし", "load the program", "プログラムを読み込む"), ("overtravel", "オーバートラベル", "move the axis back", "軸を戻す"),
    ];

    private static readonly string[] Codes = ["SV-{0}", "M{0}", "axis {1}", "{1}-axis", "CH{0}", "LS-{0}", "zone {0}", "unit {0}", "No.{0}", "station {0}", "Y{0}", "K{0}", "B{0}"];
    private static readonly string[] JaCodes = ["SV-{0}", "M{0}", "{1}軸", "第{0}軸", "CH{0}", "LS-{0}", "ゾーン{0}", "No.{0}", "{0}番", "{0}号", "Y{0}"];

    /// <summary>Words that make messages no list has, for the copying of them.</summary>
    private static readonly string[] EnLoose =
    [
        "recipe", "dosing", "gate", "tray", "pallet", "barcode", "reader", "mismatch", "interlock", "bypass", "calibration", "expired", "purge", "incomplete", "weld", "seam", "arc", "lost", "torch", "wire", "stick", "ladle", "slag", "steam", "trap", "condensate",
        "flame", "out", "ignition", "retry", "vacuum", "cup", "drop", "magazine", "slot", "empty", "turret", "index", "servo", "follow", "lag", "excess", "slide", "home", "missing", "checksum", "memory", "backup", "license", "remote", "stop", "request", "water",
        "hammer", "inlet", "screen", "torn", "scale", "drift", "zero", "offset", "dust", "bag", "full", "bin", "overflow", "strainer", "glue", "viscosity", "ink", "ribbon", "paper", "web", "break", "splice", "tension", "foil", "cap", "torque", "reject", "kicker",
        "vision", "timeout", "light", "tower", "phase", "loss", "earth", "leakage", "insulation", "resistance", "harmonics", "surge", "arrester", "damper", "louver", "duct", "ammonia", "refrigerant", "compressor", "surging", "anti", "freeze", "frost",
    ];

    private static readonly string[] JaLoose =
    [
        "原料", "投入", "計量", "誤差", "品種", "切替", "未完", "溶接", "アーク", "切れ", "トーチ", "接触", "蒸気", "トラップ", "凝縮水", "点火", "失敗", "炎", "消失", "吸着", "落下", "ワーク", "段積み", "崩れ", "巻取", "皺", "蛇行", "印字", "かすれ", "インク",
        "読取", "不可", "照合", "不一致", "校正", "期限", "集塵", "袋", "満杯", "漏電", "絶縁", "抵抗", "欠相", "瞬停", "地絡", "冷媒", "凍結", "防止", "水質", "悪化", "臭気", "粉塵", "濃度", "超過", "搬送", "滞留", "検出", "遅れ", "同期", "外れ", "原点", "復帰",
        "油膜", "切粉", "堆積", "刃先", "欠け", "寸法", "外れ", "面粗さ", "悪化", "金型", "開き", "不足", "型締", "異常", "射出", "樹脂", "焦げ", "乾燥", "不十分",
    ];

    /// <summary>What stands around such words: {0} and {1} are words, {2} and {3} numbers.</summary>
    private static readonly string[] EnFrames =
    [
        "{0} [below|above] [setpoint|{2} %|trip limit|{2}|range]", "[low|high|no|weak|rising|falling] {0}", "{0} [lost|unstable|not ready|detected|due|limit reached|near end|during cycle|on gripper {3}|at station {3}|completed|loaded|started]", "{2}-hour {0}", "{0} of {1}",
        "{0} at {1}", "{0} ({1})", "{0}, {1}", "{0} {2} %", "[loss|failure|end|lack] of {0}", "{1} {2} {0}", "{0} {2} not {1}", "{0} on {1} {3}", "{0} for {2} s", "{1}: {0}", "{0} - {1}",
    ];

    private static readonly string[] JaFrames =
    [
        "{0}[を検出|時期です|わずか|大|小|中|完了|開始|しました|が完了しました|を実施しました|できません|のため停止|ゼロ|{2}％以下|{2}％|の恐れ]", "{0}の{1}", "{0}[・|、|／]{1}", "{0}（{1}）", "{1}{3}{0}", "{0}が{1}", "{3}番{0}", "{0}{2}", "{1}：{0}", "[要|再|仮|無]{0}", "{0}に{1}",
    ];

    public static Fault Draw(SeededRandom random, Split split, Language log, Language answer, string machine)
    {
        var kind = random.Next(100);
        var (loose, ofQuantity, ofWhole) = random.Wide && log == answer ? (50, 57, 62) : (34, 44, 53);
        if (kind < loose && log == answer)
            return Loose(random, log, machine);
        if (kind < ofQuantity)
            return OfQuantity(random, split, log, answer);
        if (kind < ofWhole)
        {
            var whole = random.Pick(Whole);
            return new(log == Language.En ? whole.En : whole.Ja, answer == Language.En ? whole.En : whole.Ja, answer == Language.En ? whole.EnAction : whole.JaAction);
        }
        var part = log == answer && random.WideChance(35) ? new(Words.English(random), Words.Japanese(random)) : random.Pick(Parts);
        // As they are spelled by engineers: モータ, センサ.
        if (log == answer && random.WideChance(25))
            part = part with { Ja = part.Ja.TrimEnd('ー') };
        var trouble = random.Pick(Troubles);
        var english = log == Language.En;
        var message = string.Format(random.Pick(english ? trouble.En : trouble.Ja), english ? part.En : part.Ja);
        if (log == answer && random.Chance(30))
            message = Detailed(random, split, log, message);
        if (english && random.Chance(20))
            message = random.Chance(40) ? message.ToUpperInvariant() : char.ToUpperInvariant(message[0]) + message[1..];
        var cause = log == answer ? message : answer == Language.En ? string.Format(trouble.En[0], part.En) : string.Format(trouble.Ja[0], part.Ja);
        return new(message, cause, string.Format(answer == Language.En ? trouble.EnAction : trouble.JaAction, answer == Language.En ? part.En : part.Ja));
    }

    /// <summary>With the code of a place before it or a value behind it.</summary>
    private static string Detailed(SeededRandom random, Split split, Language log, string message)
    {
        var code = string.Format(random.Pick(log == Language.En ? Codes : JaCodes), random.Between(1, random.Pick([9, 20, 99])), random.Pick(["X", "Y", "Z", "A", "B", "1", "2"]));
        var reading = Reading.Draw(random, split, log, random.Pick(Quantity.All), markedPercent: 0);
        var value = reading.LogUnit.Length == 0 ? reading.Value : $"{reading.Value}{(random.Chance(60) ? " " : "")}{reading.LogUnit}";
        return random.Next(6) switch
        {
            0 or 1 => log == Language.En ? $"{code} {message}" : $"{code}{random.Pick(["", " "])}{message}",
            2 => $"{message} ({code})",
            3 => log == Language.En ? $"{message} at {value}" : $"{message} {value}",
            4 => $"{message} ({value})",
            _ => log == Language.En ? $"{message}, {value}" : $"{message}、{value}",
        };
    }

    /// <summary>A reading out of range: oil temperature high, 92 C.</summary>
    private static Fault OfQuantity(SeededRandom random, Split split, Language log, Language answer)
    {
        var quantity = random.Pick(Quantity.All);
        var high = random.Chance(60);
        var key = quantity.Key(random, log);
        var reading = Reading.Draw(random, split, log, quantity, markedPercent: 0);
        var message = log == Language.En
            ? random.Pick(high ? ["{0} high", "{0} too high", "high {0}", "{0} above limit", "{0} over limit", "{0} HIGH", "{0} exceeds limit"] : (string[])["{0} low", "{0} too low", "low {0}", "{0} below limit", "{0} LOW", "{0} under minimum"])
            : random.Pick(high ? ["{0}上昇", "{0}が高い", "{0}上限超過", "{0}高", "{0}異常(高)", "{0}オーバー"] : (string[])["{0}低下", "{0}が低い", "{0}下限", "{0}低", "{0}異常(低)", "{0}不足"]);
        message = string.Format(message, key);
        if (log == answer && random.Chance(45))
            message += random.Pick([" ", ": ", ", "]) + reading.Value + (reading.LogUnit.Length == 0 ? "" : random.Pick(["", " "]) + reading.LogUnit);
        return answer == Language.En
            ? new(message, log == answer ? message : $"{quantity.En} {(high ? "high" : "low")}", $"check the {quantity.En}")
            : new(message, log == answer ? message : $"{quantity.Ja}が{(high ? "高い" : "低い")}", $"{quantity.Ja}を確認する");
    }

    private static Fault Loose(SeededRandom random, Language log, string machine)
    {
        if (log == Language.En)
        {
            var text = string.Join(' ', random.PickSome(EnLoose, random.Between(2, 4)).Select(word => random.Chance(40) ? Words.English(random) : word));
            if (random.WideChance(50))
                text = Framed(random, EnFrames, text, $"{Words.English(random)} {LooseWord(random, log)}");
            text = random.Next(4) switch { 0 => text.ToUpperInvariant(), 1 => char.ToUpperInvariant(text[0]) + text[1..], _ => text };
            return new(text, text, $"check {machine} on site");
        }
        var words = string.Concat(random.PickSome(JaLoose, random.Between(2, 4)).Select(word => random.Chance(40) ? Words.Japanese(random) : word));
        if (random.WideChance(50))
            words = Framed(random, JaFrames, words, LooseWord(random, log));
        return new(words, words, $"{machine}{Texts.Gap(machine)}を現場で点検する");
    }

    /// <summary>One of the words of such messages.</summary>
    public static string LooseWord(SeededRandom random, Language language) => random.Pick(language == Language.En ? EnLoose : JaLoose);

    private static string Framed(SeededRandom random, string[] frames, string text, string other) =>
        string.Format(Wordings.Expand(random, random.Pick(frames)), text, other, random.Between(1, random.Pick([9, 99, 9999])), random.Between(1, 9));
}
