namespace Temoto.Demo.Corpus.World;

/// <summary>What an alarm tells people to do; an answer repeats it.</summary>
internal static class Hint
{
    private static readonly string[] En =
    [
        "[check|inspect|clean|replace|adjust|tighten|lubricate|reset|restart|test|measure|drain|refill|retension|realign] the [drain|coupling|filter cartridge|oil|seal|drive belt|limit switch|fuse|inverter|strainer|nozzle|connector|hose|valve|bearing|fan|pump|sensor|cable|door switch|guard|clamp|chuck|mold|brake pads|air line|coolant|lamp][| and [restart|reset the alarm|report|call maintenance|try again]]",
        "[call|inform|notify] [maintenance|the shift leader|the electrician|the supplier|the operator]",
        "[stop|slow down] the line[| and check for leaks| and clear the jam]",
        "[reset|switch on] breaker [Q1|Q2|Q3|F4|F12|CB-2]",
        "[Check|Inspect|Clean|Replace] [spindle bearing|coolant pump|filter element|oil level|wiring|air supply|tool holder|feed roller|safety relay|encoder cable]",
        "[wait until cooled down|let it cool for [10|15|20|30] min|refill [2|3|5] L of [oil|coolant]|close valve V[1|2|3|4]|open the bypass|acknowledge and restart|bleed the line]",
    ];

    private static readonly string[] Ja =
    [
        "[ドレン|カップリング|フィルター|作動油|シール|駆動ベルト|リミットスイッチ|ヒューズ|インバーター|ストレーナー|ノズル|コネクター|ホース|弁|軸受|ファン|ポンプ|センサー|ケーブル|ドアスイッチ|安全カバー|クランプ|チャック|金型|ブレーキパッド|エア配管|冷却水]を[点検|確認|清掃|交換|調整|増し締め|給油|リセット]してください",
        "[ドレン|カップリング|フィルター|油量|シール|ベルト|ヒューズ|配線|ノズル|コネクター|ホース|バルブ|軸受|ファン|センサー|ケーブル|カバー|工具|エア圧|冷却水]を[点検|確認|清掃|交換|調整]する[こと|]",
        "[ドレン|フィルター|油量|シール|ベルト|ヒューズ|配線|ノズル|ホース|バルブ|軸受|センサー|ケーブル|工具|元圧|冷却水][点検|確認|清掃|交換|調整][のこと|]",
        "[保全|班長|電気担当|メーカー|作業者]に[連絡|報告][する|してください]",
        "[電源を入れ直す|再起動する|ラインを止める|漏れを確認する|バルブを閉める|リセット後に再起動|[10|15|20|30]分冷ます|油を[2|3|5]L補給]",
    ];

    /// <summary>{0} and {1} are words of no list.</summary>
    private static readonly string[] EnFree =
    [
        "[check|inspect|clean|swap|grease|recalibrate|dry|refit|unlock|set|cool|empty|replace|adjust|move|open|close|wipe] [the |]{0}[ {1}| & {1}| and {1} the line| within 2 h| again||]", "[schedule|plan|order|do] [a |]{0}[ {1}|]", "{0} [the |]{1}[ first| now|]",
    ];

    private static readonly string[] JaFree =
    [
        "{0}を[点検|確認|清掃|交換|調整|計画|補給|補充|手配|洗浄|給脂|締め直し][する|して|してください|のこと|]", "{0}{1}[を直す|を見る|交換|確認|補充|点検]", "[早めに|次回|停止後に]{0}を{1}する",
    ];

    /// <summary>What was added: {0} to {2} are words of no list, or of messages.</summary>
    private static readonly string[] EnWide =
    [
        "[stop|isolate|vent|hold|open|purge] [the |]{0}[, inspect {1}| and [relight|refit|dry] {1}|, then {1}]", "[top up|order|dress or change|verify|swap|let|fit|bring|use|measure|remove] {0} {1}[ {2}|]", "{0} {1} to be [checked|replaced|cleaned|moved]", "[do not|never] {0} [the |]{1}", "{0} {1} {2}", "[change|turn|press|pull] {0}[ and {1}| or {2}| until {1}|]",
        "[inspect|check|clean|replace] {0} {1}", "[check|inspect] {0}, {1} and {2}", "[evacuate|leave|secure] {0} and [close|open] {1} V{3}", "[see|ask|call] {0} {1}",
    ];

    private static readonly string[] JaWide =
    [
        "{0}{1}[準備|手配|張り調整|交換|清掃|点検|確認]", "{0}を{1}し{2}", "{0}へ[移動|連絡|切替|退避]", "{0}と{1}を[確認|点検|交換]", "{0}[を払い落とす|を締め直す|を開く|を閉め{1}へ連絡|を交換し{1}|に{1}を補給]", "{1}後に{0}", "{0}{1}{2}", "{0}の{1}を[見る|直す|外す|拭く]", "{0}[のこと|とする|まで待つ]",
    ];

    private static readonly string[] EnCalm = ["[no action|none|nothing to do|no action required|not required|no action needed]", "[monitor|keep watching|observe][| only| until [tomorrow|next shift]]", "[for information|information only|acknowledge]"];

    private static readonly string[] JaCalm = ["[処置不要|対応不要|処置なし|対応なし|不要]", "[様子を見る|経過観察|監視継続]", "[確認のみ|情報のみ]"];

    public static string Draw(SeededRandom random, Language language)
    {
        var english = language == Language.En;
        if (random.WideChance(7))
            return Wordings.Expand(random, random.Pick(english ? EnCalm : JaCalm));
        if (random.WideChance(45))
        {
            string Word() => random.Chance(50) ? Fault.LooseWord(random, language) : english ? Words.English(random) : Words.Japanese(random);
            var hint = string.Format(Wordings.Expand(random, random.Pick(english ? EnWide : JaWide)), Word(), Word(), Word(), random.Between(1, 19));
            return english && random.Chance(25) ? Texts.Capital(hint) : hint;
        }
        if (random.Chance(random.Wide ? 45 : 60))
            return Wordings.Expand(random, random.Pick(english ? En : Ja));
        var free = Wordings.Expand(random, random.Pick(english ? EnFree : JaFree));
        if (random.WideChance(25))
            free = english ? Texts.Capital(free) : free;
        return english ? string.Format(free, Words.English(random), Words.English(random)) : string.Format(free, Words.Japanese(random), Words.Japanese(random));
    }
}
