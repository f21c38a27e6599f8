using System.Text.Encodings.Web;
using System.Text.Json;
using Temoto.Demo.Corpus.Layouts;
using Temoto.Demo.Corpus.World;

namespace Temoto.Demo.Corpus.Tasks;

/// <summary>
/// One alarm in, one JSON object {machine, severity, cause, action} out. The cause is the alarm's own message, the action its own hint where it has
/// one; keys and severities stay English, for the program that reads them.
/// </summary>
internal static class AlarmTask
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Wordings English = new(
        [
            "[Please |Could you |]convert [this|the|the following] [alarm|alarm line|alert|message|event][ in]to JSON[.|:|]",
            "[Turn|Make|Parse|Transform|Put] this [alarm|alert|alarm message|line] into [JSON|a JSON object|structured data][, please|][.|:|]",
            "[Give me|I need|Return|Output|Write] [the |]JSON[ for| of] [this|the] [alarm|alert|message|entry|fault][.|:|]",
            "[Extract|Get|Pull out] [the |][machine, severity, cause and action|machine, severity, cause, action|alarm fields|the fields][ as JSON| from this alarm| of the alarm|][.|:|]",
            "[Alarm to JSON|alarm json|JSON|as JSON|JSON please|to json|Parse this alarm|Parse|Classify this alarm|Alarm][.|:|]",
            "[What happened|What is wrong|What went wrong|What should we do][? Answer in JSON.|? JSON please.|? Reply as JSON.]",
            "[Read|Analyze|Classify|Interpret] [this|the] [alarm|alert|fault message][ and answer in JSON| as JSON||][.|:|]",
            "[Structured form|Structured output|A structured record] [of|for] this [alarm|fault|alert], please[.|:]",
            "[How severe is this and what should I do|What is the cause and what to do][? JSON.|? As JSON.|? (JSON)]",
            "[Please |]file this [alarm|fault] as [a JSON record|JSON][.|:]", "[Our ticket system wants|The MES needs] JSON[ for this| of this alarm][.|:]", "[Machine-readable|JSON object], please[.|:]",
            "[JSON|json][ please| pls| only|?|.|:|]", "[-> |=> |to ||as ][json|JSON]", "[make|turn] it [into |]json", "[Output|Reply with|Return] JSON only.", "JSON with [machine, severity, cause and action|the fields machine, severity, cause, action][, please| please|][:|]", "Can you [parse|read|convert|structure] this[ alarm|][ for me|]?",
        ],
        [
            "[Write|Return] [this alarm|the alarm|this fault] as [JSON|a JSON object][.|:]",
            "[Alarm|Alert|Fault] as [JSON|structured data][, please|][.|:]",
            "[Give me|I need] [machine, severity, cause and action|the fields] [in|as] JSON[.|:]",
        ]);

    private static readonly Wordings Japanese = new(
        [
            "[この|次の|以下の|][アラーム|警報|異常|メッセージ|アラーム行]を[JSON|JSON形式|構造化データ][にして|に変換して|にしてください|に変換してください|にして下さい|へ|に]",
            "[JSON|JSON形式][で][お願いします|答えて|答えてください|返して|出力して|][。|:|]",
            "[machine, severity, cause, action|設備・重要度・原因・対処|機械、重大度、原因、処置]を[JSONで|JSONにして|抜き出して][ください|][。|:|]",
            "[アラーム|警報|異常][のJSONを|の解析を|の分類を|をJSONで|の内容をJSONで][お願いします|ください|]",
            "[何が起きましたか|原因と対処は|原因は何ですか|どうすればよいですか][?JSONで答えて。|?JSONで。|?(JSON)]",
            "[このアラーム|この警報|これ][の原因と対処|の内容|][をJSONで|をJSON形式で][教えて|まとめて|お願いします|教えてください|まとめてください][。|]",
            "[アラームをJSONへ|JSON化|JSONへ変換|アラーム解析|アラーム分類][:|：|して。|]",
            "[記録用|システム登録用]にJSON[にして|をください][。|:]", "[機械で読める形|JSONオブジェクト][で|にして][ください|][。|:]",
            "[これ|この行|下の行|上の内容|][を|][JSON|json][化して|にして|でお願い|で出力|に|化|にできますか?|にまとめて][。|]", "[JSON|json][:|：|?|。|で|]", "[次|以下|上記]の[アラーム|警報|内容]を[JSON（machine, severity, cause, action）|JSON（設備・重要度・原因・対処）]に[変換して|して|まとめて][ください|][。|]",
        ],
        [
            "[アラーム|警報]を[JSON|構造化データ]で[返して|出力して|まとめて][ください|][。|:]",
            "[この|次の]異常の[JSON|構造化データ]を[ください|お願いします][。|:]",
            "[原因|重要度]と[対処|処置]をJSONで[返して|出力して][ください|][。|]",
        ]);

    public static Exchange Make(SeededRandom random, Language language, Split split)
    {
        var bare = random.Chance(25);
        var log = bare ? language : Request.LogLanguage(random, language);
        var name = MachineName.Draw(random, split, log);
        var fault = Fault.Draw(random, split, log, language, name);
        var severity = random.Pick(Severity.All);
        var stated = random.Chance(94);
        if (!stated)
            severity = fault.Message.Contains("emergency", StringComparison.OrdinalIgnoreCase) || fault.Message.Contains("非常", StringComparison.Ordinal) ? Severity.Critical : Severity.Warning;
        var cells = new List<Cell> { new(Role.Name, name), new(Role.Message, fault.Message) };
        if (stated)
            cells.Add(new(Role.Severity, severity.Word(random, log)));
        if (random.Chance(35))
            cells.Add(new(Role.Type, random.Pick(MachineType.All).In(log)));
        if (random.Chance(45))
            cells.Add(new(Role.Time, new Clock(random, log).Next()));
        if (random.Chance(30) || random.WideChance(25))
            cells.Add(new(Role.Code, Noise.Code(random)));
        if (random.Chance(10))
            cells.Add(new(Role.Decoy, Noise.Decoy(random, log)));
        var hint = (random.Chance(35) || random.WideChance(25)) && log == language ? Hint.Draw(random, log) : "";
        if (hint.Length > 0)
            cells.Add(new(Role.Hint, hint));
        var lines = Layout.Draw(random, split, log).Write([[.. cells]]);
        if (bare && !stated)
            lines = (language == Language.En ? random.Pick(["ALARM ", "Alarm: ", "Alert: "]) : random.Pick(["アラーム ", "警報: ", "【アラーム】"])) + lines;
        var request = bare ? "" : (language == Language.En ? English : Japanese).Pick(random, split);
        var action = hint.Length > 0 ? hint : severity != Severity.Critical ? fault.Action : language == Language.En ? $"stop the machine and {fault.Action}" : $"機械を止めて{fault.Action}";
        return new(Kind.Alarm, language, severity.Name, Request.Join(random, language, request, lines), Json(name, severity, fault.Cause, action));
    }

    private static string Json(string name, Severity severity, string cause, string action) =>
        $$"""{"machine": {{Quote(name)}}, "severity": "{{severity.Name}}", "cause": {{Quote(cause)}}, "action": {{Quote(action)}}}""";

    private static string Quote(string text) => JsonSerializer.Serialize(text, Readable);
}
