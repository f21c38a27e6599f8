using System.Text;
using Temoto.Demo.Corpus.World;

namespace Temoto.Demo.Corpus.Layouts;

/// <summary>Families of layouts; the last ones are kept for held-out rows.</summary>
internal enum Family
{
    Bare,
    Pairs,
    Brackets,
    Json,
    Csv,
    Block,
    Prose,
    Columns,
    Syslog,
    Table,

    /// <summary>A path with the machine in it, as messages are published: plant/line2/P-7/status {"state": ..}.</summary>
    Topic,

    /// <summary>A node for each cell: ns=2;s=Line2.P-7.State = RUNNING.</summary>
    Node,

    /// <summary>{"P-7": {"temp": 62}, "P-8": ..}.</summary>
    Nested,

    /// <summary>The machine's name is the label: P-7=62 C, P-8: running.</summary>
    Named,

    /// <summary>Every cell in brackets or quotes of one sort.</summary>
    Wrapped,

    /// <summary>Labels and values in signs of one sort: [row machine='P-7' state='RUN'], --machine P-7 --state RUN.</summary>
    Signs,
    Arrows,
    Xml,
    Query,
}

/// <summary>
/// One way to write log lines, drawn once and kept for all lines of a log: which family, which separators and labels, how a reading and its mark
/// look, in which order the cells come.
/// </summary>
internal sealed class Layout
{
    private static readonly Family[] Training =
        [Family.Bare, Family.Bare, Family.Bare, Family.Bare, Family.Pairs, Family.Pairs, Family.Brackets, Family.Brackets, Family.Json, Family.Csv, Family.Block, Family.Prose, Family.Prose, Family.Columns, Family.Syslog, Family.Table];

    /// <summary>Of the whole world.</summary>
    private static readonly Family[] Wide = [Family.Topic, Family.Node, Family.Nested, Family.Named, Family.Named, Family.Named, Family.Wrapped, Family.Wrapped, Family.Signs, Family.Signs, Family.Signs];

    private static readonly Family[] HeldOut = [Family.Arrows, Family.Xml, Family.Query];

    private static readonly Role[][] Orders =
    [
        [Role.Time, Role.Severity, Role.Type, Role.Name, Role.Code, Role.State, Role.Message, Role.Reading, Role.Hint, Role.Note, Role.Decoy],
        [Role.Type, Role.Name, Role.Time, Role.State, Role.Severity, Role.Code, Role.Message, Role.Reading, Role.Hint, Role.Note, Role.Decoy],
        [Role.Name, Role.Type, Role.State, Role.Reading, Role.Severity, Role.Message, Role.Code, Role.Hint, Role.Time, Role.Note, Role.Decoy],
        [Role.Time, Role.Name, Role.Type, Role.Reading, Role.State, Role.Message, Role.Severity, Role.Hint, Role.Code, Role.Note, Role.Decoy],
        [Role.Severity, Role.Time, Role.Code, Role.Message, Role.Type, Role.Name, Role.State, Role.Reading, Role.Hint, Role.Decoy, Role.Note],
        [Role.Decoy, Role.Time, Role.Type, Role.Name, Role.Severity, Role.Message, Role.State, Role.Reading, Role.Code, Role.Hint, Role.Note],
        [Role.Code, Role.Severity, Role.Name, Role.Type, Role.Message, Role.State, Role.Reading, Role.Time, Role.Hint, Role.Note, Role.Decoy],
    ];

    private readonly SeededRandom random;
    private readonly Language language;
    private readonly Labels labels;
    private readonly Role[] order;
    private readonly string separator;
    private readonly string pair;
    private readonly string keyGap;
    private readonly string unitGap;
    private readonly int markStyle;
    private readonly int limitStyle;
    private readonly int wideLimitStyle;
    private readonly int nameStyle;
    private readonly string numbering;
    private readonly bool wide;
    private readonly int headedUnits;
    private readonly string host;
    private readonly string rowBreak;
    private readonly string severityFrame;
    private readonly bool keyless;
    private readonly string frame;
    private readonly string item = "";
    private readonly string joint = "";
    private readonly string whole = "";
    private readonly bool inner;
    private readonly string front;
    private readonly string preface;

    private Layout(SeededRandom random, Split split, Language language, Family? family, bool keyless)
    {
        this.keyless = keyless;
        this.random = random;
        this.language = language;
        Family = family ?? (split == Split.HeldOut && random.Chance(50) ? random.Pick(HeldOut) : random.WideChance(28) ? random.Pick(Wide) : random.Pick(Training));
        labels = new Labels(random, language);
        order = random.Pick(Orders);
        if (random.WideChance(30))
            order = random.PickSome(order, order.Length);
        separator = random.Pick(language == Language.En
            ? [" | ", " | ", ", ", ", ", "; ", "  ", " - ", " / ", "\t", " ", " ", "|", ","]
            : (string[])[" | ", " | ", "、", "、", ", ", "  ", " ", " ", "\u3000", " / ", "\t", "・", ",", "；"]);
        if (random.WideChance(25))
            separator = random.Pick(language == Language.En ? [" // ", ";", " : ", ": ", " · ", " || ", "/", " ~ ", ";  ", " -- "] : (string[])["／", "｜", ";", " // ", "：", " | ", "／", "，", "　｜　", ";"]);
        if (random.WideChance(20))
            separator = string.Format(random.Pick(["{0}", "{0}", " {0} ", "{0} ", "{0}{0}", " {0}{0} "]), random.Pick(["|", ";", ",", "/", "~", "*", "+", "!", "$", "%", "^", "·", "•", "»", "¦", "_|_", "\\", "@"]));
        pair = random.Pick(["=", "=", "=", ": ", ":", " = "]);
        keyGap = random.Pick(["", " ", " ", " ", " ", ": ", ": ", "=", ":", "＝"]);
        if (keyGap.Length == 0 && language == Language.En)
            keyGap = " ";
        unitGap = random.Chance(55) ? " " : "";
        markStyle = random.Next(5);
        limitStyle = random.Next(5);
        wideLimitStyle = random.WideChance(40) ? random.Next(6) : -1;
        nameStyle = random.Next(4);
        numbering = random.Chance(14) ? random.Pick(["{0}. ", "#{0} ", "{0}: ", "({0}) ", "{0}) ", "- "]) : "";
        wide = language == Language.Ja && Family is Family.Bare or Family.Pairs && random.Chance(5);
        headedUnits = Family is Family.Csv or Family.Table or Family.Json ? random.Next(6) : 0;
        // Short logs are also typed on one line.
        rowBreak = Family is Family.Bare or Family.Pairs or Family.Prose or Family.Brackets or Family.Arrows && random.Chance(25)
            ? random.Pick(separator.Contains('/') || separator.Contains(';') || separator.Contains('；') ? [" | ", "  ", " // "] : language == Language.En ? ["; ", " / ", " ; ", " // "] : (string[])["；", " / ", "／", "; ", " // "])
            : Family == Family.Block ? "\n\n" : "\n";
        severityFrame = Family != Family.Brackets && random.Chance(25) ? random.Pick(language == Language.En ? ["[{0}]", "[{0}]", "({0})", "<{0}>", "{0}:", "*{0}*"] : (string[])["【{0}】", "[{0}]", "（{0}）", "{0}：", "≪{0}≫"]) : "{0}";
        if (random.WideChance(20))
            severityFrame = random.Pick(language == Language.En ? ["[{0}]", "<{0}>", "!!{0}!!", "-{0}-", "{0}:", "*** {0} ***", "({0})", "[{0}]:", "{{{0}}}"] : (string[])["★{0}★", "〔{0}〕", "【{0}】", "＜{0}＞", "■{0}", "[{0}]", "「{0}」", "{0}／", "◆{0}◆"]);
        if (Family is Family.Named)
            rowBreak = random.Pick(language == Language.En ? ["\n", "\n", " / ", "; ", " | ", ", "] : (string[])["\n", "\n", "／", "、", "｜", " "]);
        frame = Family == Family.Wrapped ? random.Pick(language == Language.En ? ["[{0}]", "{{{0}}}", "<{0}>", "({0})", "\"{0}\"", "'{0}'", "|{0}|"] : (string[])["[{0}]", "【{0}】", "「{0}」", "（{0}）", "<{0}>", "\"{0}\"", "《{0}》"]) : "{0}";
        front = Family switch { Family.Topic => Path(), Family.Node => $"ns={random.Between(1, 4)};s={(random.Chance(60) ? Texts.Capital(Words.Joined(random).Replace(' ', '_')) + "." : "")}", _ => "" };
        if (Family == Family.Signs)
        {
            item = random.Pick(["{0}='{1}'", "({0} {1})", "{0}[{1}]", "{0}({1})", "{0}{{{1}}}", "--{0} {1}", "@{0} {1}", "${0}={1}", "{0} {1}", "/{0}:{1}", "{0}:=\"{1}\"", "{0}|{1}", "{0} -- {1}", "[{0}]{1}", "%{0}%{1}", "{0}~{1}"]);
            joint = item[^1] is '\'' or ')' or ']' or '"' && random.Chance(20) ? "" : random.Pick([" ", " ", ", ", "; ", ";", " | ", "|", "\n", " + ", "*"]);
            whole = random.Pick(["{0}", "{0}", "[{0}]", "({0})", "{{{0}}}", "- {0}", "[row {0}]", "#{0}", "STX {0} ETX", "$ {0};", "!{0}!"]);
            rowBreak = joint == "\n" ? "\n\n" : "\n";
        }
        inner = Family == Family.Json && random.WideChance(30);
        preface = random.WideChance(10) ? Noise.Preface(random, language) : "";
        host = random.Pick(["plc1", "gw01", "edge-2", "scada", "mes", "opcua", "hmi-3", "gateway"]);
    }

    public Family Family { get; }

    /// <param name="keyless">Values stand without the name of what they are, where they have a unit.</param>
    public static Layout Draw(SeededRandom random, Split split, Language language, Family? family = null, bool keyless = false) => new(random, split, language, family, keyless);

    /// <summary>All lines of a log; cells of a line come in the layout's order.</summary>
    public string Write(IReadOnlyList<Cell[]> rows)
    {
        var ordered = rows.Select(row => row.OrderBy(cell => Array.IndexOf(order, cell.Role)).ToArray()).ToArray();
        var text = Family switch
        {
            Family.Csv => Csv(ordered),
            Family.Table => Table(ordered),
            Family.Nested when ordered.DistinctBy(NameOf).Count() == ordered.Length => "{" + string.Join(random.Pick([", ", ",", ",\n"]), ordered.Select(row => $"\"{NameOf(row)}\": {Json(Others(row))}")) + "}",
            Family.Json when rows.Count > 1 && random.Chance(30) => "[" + string.Join(random.Pick([",\n ", ", "]), ordered.Select(Json)) + "]",
            _ => string.Join(rowBreak, ordered.Select((row, index) => (rows.Count > 1 && numbering.Length > 0 ? string.Format(numbering, index + 1) : "") + Line(row))),
        };
        text = preface + text;
        return wide ? Texts.Wide(text) : text;
    }

    private string Line(Cell[] row) => Family switch
    {
        Family.Pairs => string.Join(SeparatorUnless("  ", " - ", "・"), row.Select(cell => Label(cell) + pair + Quoted(Value(cell)))),
        Family.Query => string.Join('&', row.Select(cell => Label(cell).Replace(' ', '_') + "=" + Value(cell))),
        Family.Brackets => string.Join(' ', row.Select((cell, index) => cell.Role is Role.Time or Role.Severity or Role.Name or Role.Code || (index < 2 && cell.Role != Role.Message) ? $"[{Bare(cell)}]" : Bare(cell))),
        Family.Json or Family.Nested => Json(row),
        Family.Xml => $"<{random.Pick(["status", "event", "row"])} {string.Join(' ', row.Select(cell => $"{Label(cell).Replace(' ', '_')}=\"{Value(cell)}\""))}/>",
        Family.Block => string.Join('\n', row.Select(cell => Label(cell) + (language == Language.Ja ? random.Pick([": ", "：", ":"]) : ": ") + Value(cell))),
        Family.Arrows => string.Join(random.Pick([" > ", " -> ", " → "]), row.Select(Bare)),
        Family.Columns => string.Join("  ", Merged(row).Select(text => text.PadRight(((text.Length / 4) + 1) * 4))).TrimEnd(),
        Family.Syslog => $"{random.Pick(["May", "Jun", "Oct", "Jan"])} {random.Between(1, 28)} {random.Between(0, 23):00}:{random.Between(0, 59):00}:{random.Between(0, 59):00} {host} {random.Pick(["alarmd", "opc", "logger", "plc"])}{(random.Chance(50) ? $"[{random.Between(200, 9999)}]" : "")}: "
            + string.Join(SeparatorUnless("\t", "  ", "・"), Merged(row)),
        Family.Prose => Prose(row),
        Family.Topic => front.Replace("{0}", NameOf(row)) + " " + (pair == ":" ? Json(Others(row)) : string.Join(' ', Others(row).Select(cell => Label(cell) + "=" + Quoted(Value(cell))))),
        Family.Node => Others(row).Length == 0 ? NameOf(row) : string.Join('\n', Others(row).Select(cell => $"{front}{NameOf(row)}.{Texts.Capital(Label(cell)).Replace(' ', '_')} = {Value(cell)}")),
        Family.Named => Who(row) + (pair.Trim() == "=" ? pair : language == Language.Ja && pair == ":" ? "：" : ": ") + string.Join(SeparatorUnless("\t", "  ", ",", "|", ";"), Others(row).Where(cell => cell.Role != Role.Type).Select(Bare)),
        Family.Signs => string.Format(whole, string.Join(joint, row.Select(cell => string.Format(item, Label(cell), Value(cell))))),
        Family.Wrapped => string.Join(SeparatorUnless("\t", "  ", "\u3000", " - "), Merged(row).Select(text => string.Format(frame, text))),
        _ => string.Join(separator, Merged(row)),
    };

    /// <summary>A space in place of what would not be told from the layout's own signs.</summary>
    private string SeparatorUnless(params ReadOnlySpan<string> unsuited) => unsuited.Contains(separator) ? " " : separator;

    private static string NameOf(Cell[] row) => row.FirstOrDefault(cell => cell.Role == Role.Name)?.Text ?? "";

    /// <summary>The name, with the sort of machine where the row has it.</summary>
    private string Who(Cell[] row) => row.FirstOrDefault(cell => cell.Role == Role.Type) is { } type ? Named(type.Text, NameOf(row)) : NameOf(row);

    private static Cell[] Others(Cell[] row) => [.. row.Where(cell => cell.Role != Role.Name)];

    /// <summary>plant2/packing/{0}/status.</summary>
    private string Path()
    {
        var parts = new List<string>();
        for (var left = random.Between(1, 3); left > 0; left--)
            parts.Add(random.Next(4) switch { 0 => random.Pick(["plant", "factory", "site", "line", "area", "cell"]) + random.Pick(["", "1", "2", "3", "-4"]), 1 when language == Language.Ja => Words.Japanese(random), _ => Words.English(random) });
        parts.Add("{0}");
        if (random.Chance(60))
            parts.Add(random.Pick(language == Language.En ? ["status", "state", "data", "alarm", "values", "event"] : (string[])["状態", "status", "data", "アラーム", "計測"]));
        return string.Join('/', parts);
    }

    /// <summary>Cells without labels; the sort of machine stands with its name.</summary>
    private IEnumerable<string> Merged(Cell[] row)
    {
        var type = row.FirstOrDefault(cell => cell.Role == Role.Type);
        foreach (var cell in row)
        {
            if (cell.Role == Role.Type)
                continue;
            yield return cell.Role == Role.Name && type is not null ? Named(type.Text, cell.Text) : Bare(cell);
        }
    }

    private string Named(string type, string name) => nameStyle switch
    {
        0 or 1 => $"{type}{(language == Language.Ja && name[0] >= 0x80 ? "" : " ")}{name}",
        2 => $"{name} ({type})",
        _ => $"{name} {type}",
    };

    private string Bare(Cell cell) => cell.Role switch
    {
        Role.Reading => Measured(cell.Reading!),
        Role.Hint => (language == Language.En ? random.Pick(["action: ", "-> ", "hint: ", "Remedy: ", "please ", "=> ", ""]) : random.Pick(["対処: ", "→ ", "→", "処置：", "対処:", "⇒", ""])) + cell.Text,
        Role.Severity => string.Format(severityFrame, cell.Text),
        Role.Note => (language == Language.En ? random.Pick(["note: ", "remark: ", "", "# "]) : random.Pick(["備考: ", "備考:", "", "※"])) + cell.Text,
        _ => cell.Text,
    };

    /// <summary>temp 84.2 C HIGH, temp=84.2C(HIGH), temp 84.2/80.</summary>
    private string Measured(Reading reading) => keyless && reading.LogUnit.Length > 0 ? Value(Cell.Of(reading)) : reading.Key + (keyGap.Length == 0 && char.IsAsciiDigit(reading.Key[^1]) ? " " : keyGap) + Value(Cell.Of(reading));

    private string Value(Cell cell)
    {
        if (cell.Reading is not { } reading)
            return cell.Text;
        var text = reading.Value + (reading.LogUnit.Length == 0 || headedUnits > 2 ? "" : unitGap + reading.LogUnit);
        if (reading.Limit.Length > 0)
            text += wideLimitStyle >= 0 ? WideLimit(reading) : Limit(reading);
        if (reading.Mark.Length == 0)
            return text;
        return markStyle switch { 0 or 1 => $"{text} {reading.Mark}", 2 => $"{text}({reading.Mark})", 3 => $"{text} [{reading.Mark}]", _ => reading.Mark[0] is '!' or '*' or '↑' or '↓' ? text + reading.Mark : $"{text} {reading.Mark}" };
    }

    private string Limit(Reading reading)
    {
        var below = reading.Verdict == Verdict.Below;
        return language == Language.En
            ? limitStyle switch { 0 => $" (limit {reading.Limit})", 1 => $" ({(below ? "min" : "max")} {reading.Limit})", 2 => $" {(below ? "min" : "max")} {reading.Limit}", 3 => below ? $" (>{reading.Limit})" : $" (<{reading.Limit})", _ => $" [{(below ? "min" : "limit")} {reading.Limit}]" }
            : limitStyle switch { 0 or 1 => $"({(below ? "下限" : "上限")}{reading.Limit})", 2 => $" {(below ? "下限" : "上限")} {reading.Limit}", 3 => $"（{(below ? "下限値" : "基準")}{reading.Limit}）", _ => $" [{(below ? "下限" : "上限")}:{reading.Limit}]" };
    }

    /// <summary>In other words, and with its unit.</summary>
    private string WideLimit(Reading reading)
    {
        var below = reading.Verdict == Verdict.Below;
        var limit = reading.Limit + (random.Chance(50) && reading.LogUnit.Length > 0 && headedUnits <= 2 ? unitGap + reading.LogUnit : "");
        return language == Language.En
            ? wideLimitStyle switch { 0 => $" ({(below ? "LL" : "HH")} {limit})", 1 => $" ({(below ? "min" : "max")} {limit})", 2 => $", {(below ? "lower limit" : "limit")} {limit}", 3 => $" ({(below ? "min." : "alarm")} {limit})", 4 when reading.Verdict != Verdict.Within => $"{(below ? "<" : ">")}{limit}", _ => $" {(below ? "lower" : "upper")}={limit}" }
            : wideLimitStyle switch { 0 => $"（{(below ? "下限" : "上限")}{limit}）", 1 => $"（{(below ? "下限警報値" : "警報値")}{limit}）", 2 => $"（{(below ? "管理下限" : "管理上限")}：{limit}）", 3 => $"/{(below ? "下限" : "上限")}{limit}", 4 when reading.Verdict != Verdict.Within => $"{(below ? "<" : ">")}{limit}", _ => $"（{(below ? "最低" : "最大")}{limit}）" };
    }

    private static string Quoted(string value) => value.Contains(' ') && value.Length % 2 == 0 ? $"\"{value}\"" : value;

    /// <summary>A header may hold the units, and then the cells do not.</summary>
    private string Label(Cell cell) => cell.Reading is not { } reading ? labels[cell.Role] : reading.LogUnit.Length == 0 ? reading.Key : headedUnits switch
    {
        3 => $"{reading.Key}_{reading.LogUnit.ToLowerInvariant()}",
        4 => $"{reading.Key} [{reading.LogUnit}]",
        5 => $"{reading.Key}({reading.LogUnit})",
        _ => reading.Key,
    };

    private string Json(Cell[] row)
    {
        var gap = random.Chance(70) ? " " : "";
        string Members(IEnumerable<Cell> cells) => string.Join("," + gap, cells.Select(cell => $"\"{Label(cell).Replace(' ', '_')}\":{gap}" + (cell.Reading is { Mark: "", Limit: "" } reading && (reading.LogUnit.Length == 0 || headedUnits > 2) ? cell.Text : $"\"{Value(cell)}\"")));
        var measured = row.Where(cell => cell.Role == Role.Reading).ToArray();
        return inner && measured.Length > 0 && measured.Length < row.Length
            ? $"{{{Members(row.Except(measured))},{gap}\"{random.Pick(["values", "data", "measurements", "metrics", "readings"])}\":{gap}{{{Members(measured)}}}}}"
            : $"{{{Members(row)}}}";
    }

    private string Csv(Cell[][] rows)
    {
        var comma = random.Pick([",", ",", ";", ", ", "\t"]);
        var lines = new StringBuilder();
        if (rows.Length > 1 || rows[0].Any(cell => cell.Role == Role.Reading) || random.Chance(60))
            lines.AppendJoin(comma, rows[0].Select(Label)).Append('\n');
        return lines.AppendJoin('\n', rows.Select(row => string.Join(comma, row.Select(Value)))).ToString();
    }

    private string Table(Cell[][] rows)
    {
        var lines = new List<string> { $"| {string.Join(" | ", rows[0].Select(Label))} |" };
        if (random.Chance(70))
            lines.Add("|" + string.Concat(rows[0].Select(_ => "---|")));
        lines.AddRange(rows.Select(row => $"| {string.Join(" | ", row.Select(Value))} |"));
        return string.Join('\n', lines);
    }

    /// <summary>As people pass an alarm on.</summary>
    private string Reported(string who, string? severity, string message) => (language, severity) switch
    {
        (Language.En, null) => random.Pick([$"{who} sent this: {message}", $"alarm from {who}: {message}", $"{who} has an alarm, {message}", $"{who} just reported \"{message}\"", $"on {who} we got {message}"]),
        (Language.En, _) => random.Pick([$"{severity} alarm from {who} - {message}", $"alarm from {who}: {severity}, {message}", $"{who} sent this: {severity} {message}", $"this is a {severity} from {who}: \"{message}\"", $"{who} alarm ({severity}): {message}"]),
        (_, null) => random.Pick([$"{who}からのアラームです。{message}", $"{who}が「{message}」を出しました", $"{who}に「{message}」", $"{who}より：{message}"]),
        _ => random.Pick([$"{who}からのアラームです。区分は{severity}、内容「{message}」", $"{who}より{severity}、「{message}」", $"{who}で{severity}が発生、{message}", $"{who}の{severity}です。内容は{message}"]),
    };

    /// <summary>A sentence as a person types it.</summary>
    private string Prose(Cell[] row)
    {
        Cell? Find(Role role) => row.FirstOrDefault(cell => cell.Role == role);
        var name = Find(Role.Name)!.Text;
        var who = Find(Role.Type) is { } type ? Named(type.Text, name) : name;
        var readings = row.Where(cell => cell.Role == Role.Reading).Select(Bare).ToArray();
        var english = language == Language.En;
        var text = new StringBuilder();
        if (Find(Role.Message) is { } message)
        {
            var severity = Find(Role.Severity)?.Text;
            text.Append(random.WideChance(35) ? Reported(who, severity, message.Text) : english
                ? severity is null
                    ? random.Pick([$"{who} reports {message.Text}", $"{who}: {message.Text}", $"we have {message.Text} on {who}", $"{message.Text} at {who}"])
                    : random.Pick([$"{Texts.Capital(severity)} alarm on {who}: {message.Text}", $"{who} reports {message.Text}, {severity}", $"{who} went into {severity}: {message.Text}", $"{severity} on {who}, {message.Text}", $"{who} shows a {severity} message: {message.Text}"])
                : severity is null
                    ? random.Pick([$"{who}で{message.Text}", $"{who}にて{message.Text}が発生", $"{who}、{message.Text}"])
                    : random.Pick([$"{who}で{severity}アラーム、{message.Text}", $"{who}にて{severity}：{message.Text}", $"{severity}、{who}、{message.Text}が出ています", $"【{severity}】{who} {message.Text}"]));
        }
        else
        {
            text.Append(who);
            if (Find(Role.State) is { } state)
                text.Append(english ? random.Pick([" is ", " is ", " now ", ": "]) : random.Pick(["は", "は", "が", "、"])).Append(state.Text);
        }
        if (readings.Length > 0)
            text.Append(english ? random.Pick([", ", " with ", ", currently "]) : random.Pick(["、", "、", "で、"])).Append(english ? Texts.And(readings) : string.Join("、", readings));
        if (Find(Role.Time) is { } time)
            text.Insert(0, english ? random.Pick([$"{time.Text} ", $"At {time.Text} ", $"{time.Text}: "]) : random.Pick([$"{time.Text} ", $"{time.Text}、", $"{time.Text}に"]));
        foreach (var cell in row.Where(cell => cell.Role is Role.Code or Role.Decoy))
            text.Append(english ? $" ({cell.Text})" : $"（{cell.Text}）");
        text.Append(english ? random.Pick([".", ".", ""]) : random.Pick(["。", "。", ""]));
        foreach (var cell in row.Where(cell => cell.Role is Role.Hint or Role.Note))
            text.Append(' ').Append(Bare(cell)).Append(english ? random.Pick([".", ""]) : random.Pick(["。", ""]));
        return text.ToString();
    }
}
