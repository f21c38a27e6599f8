using System.Globalization;

namespace Temoto.Demo.Corpus.World;

/// <summary>Something that is measured: its names in logs, and the noun and unit of an answer.</summary>
/// <param name="En">The English noun; the first of <paramref name="EnKeys"/> and the names that people ask with.</param>
/// <param name="Units">Unit as logs spell it, and as an answer does; the empty unit has neither.</param>
internal sealed record Quantity(string En, string Ja, string[] EnKeys, string[] JaKeys, (string Log, string Answer)[] Units, double Least, double Most)
{
    private static readonly (string, string)[] Celsius = [("C", "°C"), ("°C", "°C"), ("℃", "°C"), ("degC", "°C"), ("deg C", "°C")];
    private static readonly (string, string)[] Percent = [("%", "%")];
    private static readonly (string, string)[] Pressures = [("bar", "bar"), ("bar", "bar"), ("MPa", "MPa"), ("kPa", "kPa"), ("psi", "psi")];
    private static readonly (string, string)[] Flows = [("L/min", "L/min"), ("l/min", "L/min"), ("L/m", "L/m"), ("m3/h", "m3/h"), ("m³/h", "m³/h")];
    private static readonly (string, string)[] Turns = [("rpm", "rpm"), ("RPM", "rpm"), ("min-1", "min-1"), ("r/min", "r/min")];
    private static readonly (string, string)[] Amperes = [("A", "A"), ("A", "A"), ("mA", "mA")];
    private static readonly (string, string)[] Pieces = [("pcs", "pcs"), ("個", "個"), ("本", "本"), ("", ""), ("枚", "枚")];

    public static readonly Quantity[] All =
    [
        new("temperature", "温度", ["temp", "temperature", "temp", "Temp", "TEMP", "T", "temperature"], ["温度", "温度", "温度", "測定温度", "温"], Celsius, 5, 260),
        new("pressure", "圧力", ["pressure", "press", "press.", "P", "PRESS", "pressure", "Pressure"], ["圧力", "圧力", "圧", "圧力値"], Pressures, 0.2, 40),
        new("flow", "流量", ["flow", "flow rate", "FLOW", "Q", "flow"], ["流量", "流量", "流量値"], Flows, 1, 400),
        new("vibration", "振動", ["vibration", "vib", "VIB", "vibr", "vibration"], ["振動", "振動値", "振動"], [("mm/s", "mm/s"), ("mm/s", "mm/s"), ("G", "G"), ("um", "um")], 0.1, 30),
        new("speed", "速度", ["speed", "spd", "SPEED", "line speed", "speed"], ["速度", "速度", "ライン速度"], [("m/s", "m/s"), ("m/min", "m/min"), ("%", "%")], 0.2, 200),
        new("rotation", "回転数", ["rpm", "rotation", "rotation", "rot", "RPM"], ["回転数", "回転数", "回転"], Turns, 40, 6000),
        new("current", "電流", ["current", "curr", "amps", "I", "CURRENT", "current"], ["電流", "電流値", "電流"], Amperes, 0.5, 200),
        new("voltage", "電圧", ["voltage", "volt", "V", "VOLT", "U", "voltage"], ["電圧", "電圧", "電圧値"], [("V", "V"), ("V", "V"), ("kV", "kV"), ("mV", "mV")], 3, 480),
        new("power", "電力", ["power", "pwr", "POWER", "power"], ["電力", "電力", "消費電力"], [("kW", "kW"), ("kW", "kW"), ("W", "W")], 0.5, 500),
        new("level", "液位", ["level", "lvl", "LEVEL", "level"], ["液位", "レベル", "液面", "水位"], [("%", "%"), ("%", "%"), ("mm", "mm"), ("cm", "cm")], 1, 100),
        new("humidity", "湿度", ["humidity", "hum", "RH", "humid"], ["湿度"], [("%", "%"), ("%RH", "%RH")], 10, 99),
        new("torque", "トルク", ["torque", "trq", "TORQUE"], ["トルク"], [("Nm", "Nm"), ("N·m", "N·m"), ("%", "%")], 1, 400),
        new("load", "負荷", ["load", "LOAD", "load"], ["負荷", "負荷率"], Percent, 2, 130),
        new("weight", "重量", ["weight", "wt", "WEIGHT"], ["重量", "重さ"], [("kg", "kg"), ("kg", "kg"), ("g", "g"), ("t", "t")], 1, 900),
        new("position", "位置", ["position", "pos", "POS"], ["位置", "現在位置"], [("mm", "mm"), ("mm", "mm"), ("m", "m")], 1, 1500),
        new("thickness", "厚さ", ["thickness", "thk", "thick"], ["厚さ", "板厚", "厚み"], [("mm", "mm"), ("um", "um")], 0.1, 40),
        new("frequency", "周波数", ["frequency", "freq", "FREQ", "Hz"], ["周波数"], [("Hz", "Hz"), ("Hz", "Hz"), ("kHz", "kHz")], 5, 120),
        new("cycle time", "サイクルタイム", ["cycle time", "cycle", "CT", "cycle_time"], ["サイクルタイム", "CT", "サイクル"], [("s", "s"), ("sec", "s"), ("秒", "秒"), ("min", "min")], 2, 120),
        new("output", "生産数", ["output", "count", "pcs", "parts", "qty", "produced"], ["生産数", "出来高", "数量", "生産"], Pieces, 5, 4000),
        new("rejects", "不良数", ["rejects", "NG count", "scrap", "defects"], ["不良数", "NG数", "不良"], Pieces, 1, 90),
        new("energy", "電力量", ["energy", "kWh", "energy"], ["電力量", "積算電力"], [("kWh", "kWh")], 10, 900),
        new("efficiency", "稼働率", ["efficiency", "OEE", "eff", "availability"], ["稼働率", "効率", "可動率"], Percent, 20, 99),
        new("oil temperature", "油温", ["oil temp", "oil temperature", "oil_temp", "oil T"], ["油温", "作動油温度"], Celsius, 20, 99),
        new("oil pressure", "油圧", ["oil pressure", "oil press", "hyd pressure"], ["油圧", "作動油圧"], Pressures, 1, 30),
        new("oil level", "油量", ["oil level", "oil lvl", "oil"], ["油量", "油面", "オイルレベル"], Percent, 5, 99),
        new("coolant temperature", "冷却水温度", ["coolant temp", "coolant temperature", "cool T"], ["冷却水温度", "冷却水温", "水温"], Celsius, 8, 60),
        new("coolant flow", "冷却水流量", ["coolant flow", "cooling flow"], ["冷却水流量"], Flows, 2, 90),
        new("air pressure", "エア圧", ["air pressure", "air press", "air"], ["エア圧", "空気圧", "エアー圧"], Pressures, 0.2, 9),
        new("vacuum", "真空度", ["vacuum", "vac", "VAC"], ["真空度", "真空"], [("kPa", "kPa"), ("Pa", "Pa"), ("mbar", "mbar")], 1, 99),
        new("pH", "pH", ["pH", "ph", "PH"], ["pH", "ペーハー"], [("", "")], 2, 12),
        new("conductivity", "導電率", ["conductivity", "cond", "EC"], ["導電率", "電導度"], [("uS/cm", "uS/cm"), ("mS/cm", "mS/cm")], 1, 900),
        new("concentration", "濃度", ["concentration", "conc", "CO2"], ["濃度", "CO2濃度"], [("%", "%"), ("ppm", "ppm")], 1, 900),
        new("noise", "騒音", ["noise", "sound", "noise level"], ["騒音", "音量"], [("dB", "dB")], 40, 110),
        new("tension", "張力", ["tension", "tens", "web tension"], ["張力", "テンション"], [("N", "N"), ("kgf", "kgf")], 5, 400),
        new("force", "荷重", ["force", "press force", "F"], ["荷重", "加圧力"], [("kN", "kN"), ("N", "N")], 1, 900),
        new("differential pressure", "差圧", ["diff pressure", "dP", "delta P", "DP"], ["差圧", "フィルター差圧"], [("kPa", "kPa"), ("Pa", "Pa"), ("mbar", "mbar")], 1, 300),
        new("inlet temperature", "入口温度", ["inlet temp", "inlet temperature", "T_in", "temp in"], ["入口温度"], Celsius, 5, 180),
        new("outlet temperature", "出口温度", ["outlet temp", "outlet temperature", "T_out", "temp out"], ["出口温度"], Celsius, 5, 180),
        new("motor temperature", "モーター温度", ["motor temp", "motor temperature", "motor T"], ["モーター温度", "モータ温度"], Celsius, 20, 140),
        new("bearing temperature", "軸受温度", ["bearing temp", "bearing temperature", "brg temp"], ["軸受温度", "ベアリング温度"], Celsius, 20, 120),
        new("battery", "バッテリー残量", ["battery", "batt", "BAT", "charge"], ["バッテリー残量", "電池残量", "充電", "バッテリー"], Percent, 1, 100),
        new("valve opening", "弁開度", ["valve", "opening", "valve opening", "valve pos"], ["弁開度", "開度", "バルブ開度"], Percent, 1, 100),
        new("spindle load", "主軸負荷", ["spindle load", "spindle", "SP load"], ["主軸負荷", "主軸ロード"], Percent, 2, 150),
        new("feed rate", "送り速度", ["feed rate", "feed", "F"], ["送り速度", "送り"], [("mm/min", "mm/min")], 20, 4000),
        new("running time", "稼働時間", ["runtime", "run hours", "hours", "running time"], ["稼働時間", "運転時間"], [("h", "h"), ("時間", "時間"), ("min", "min")], 1, 9000),
        new("freezer temperature", "庫内温度", ["freezer temp", "chamber temp", "cold room temp"], ["庫内温度", "槽内温度"], Celsius, -40, -2),
        new("ambient temperature", "外気温", ["ambient", "ambient temp", "room temp"], ["外気温", "室温", "周囲温度"], Celsius, -12, 45),
        new("dew point", "露点", ["dew point", "dewpoint", "DP"], ["露点", "露点温度"], Celsius, 2, 30),
    ];

    /// <summary>A quantity that no list has, such as TIC-101: its key is its noun in every language.</summary>
    public static Quantity Tag(SeededRandom random, Language log)
    {
        if (random.WideChance(75))
            return Named(random, log);
        var letters = random.Pick(["TT", "PT", "FT", "LT", "TIC", "PIC", "AI", "CH", "DB", "VT", "SP", "PV", "Z", "X", "Y", "AX", "N", "W", "KP"]);
        var key = letters + random.Pick(["", "-", "_", "."]) + random.Between(1, random.Pick([9, 99, 999]));
        return new(key, key, [key], [key], [random.Pick(random.Pick(All).Units)], 1, 500);
    }

    private static readonly string[] Places =
        ["film", "seal", "barrel", "zone 1", "zone 2", "axis 3", "discharge", "suction", "steam", "stack", "drum", "basin", "fan", "tip", "chamber", "nitrogen", "wheel", "head", "melt", "brake", "nozzle", "feed water", "bed", "die", "screw"];

    private static readonly string[] JaPlaces =
        ["吐出", "吸込", "蒸気", "排ガス", "炉内", "霧化", "ヘッド", "スクリュー", "シリンダ", "第1", "制御", "塗料", "浴", "ノズル", "給水", "ドラム", "窒素", "フィルム", "ダイ", "巻取", "返り", "入側", "出側"];

    private static readonly (string En, string Ja, int Like)[] Sorts =
        [("temp", "温度", 0), ("temperature", "温", 0), ("pressure", "圧", 1), ("press", "圧力", 1), ("flow", "流量", 2), ("speed", "速度", 4), ("current", "電流", 6), ("amps", "電流値", 6), ("level", "レベル", 9), ("load", "負荷", 12), ("", "", 9), ("torque", "トルク", 11)];

    /// <summary>What is measured at a place of the machine, as its makers call it: FilmTension, 吐出圧.</summary>
    private static Quantity Named(SeededRandom random, Language log)
    {
        var (en, ja, like) = random.Pick(Sorts);
        string key;
        if (log == Language.En)
        {
            var words = $"{(random.Chance(60) ? random.Pick(Places) : Words.English(random))} {en}".TrimEnd();
            key = random.Next(5) switch { 0 => words.Replace(' ', '_'), 1 => words.Replace(' ', '_').ToUpperInvariant(), 2 => string.Concat(words.Split(' ').Select(Texts.Capital)), _ => words };
        }
        else
        {
            key = (random.Chance(50) ? random.Pick(JaPlaces) : Words.Japanese(random)) + ja;
        }
        var sort = All[like];
        return new(key, key, [key], [key], sort.Units, sort.Least, sort.Most);
    }

    public string In(Language language) => language == Language.En ? En : Ja;

    public string Key(SeededRandom random, Language language) => random.Pick(language == Language.En ? EnKeys : JaKeys);

    /// <summary>Values of one log: all different, with equally many decimals, near each other or far apart.</summary>
    public string[] DrawValues(SeededRandom random, Split split, int count)
    {
        var decimals = Most >= 1000 ? random.Pick([0, 0, 1]) : Most < 60 ? random.Pick([1, 1, 1, 2, 0]) : random.Pick([1, 1, 0, 0, 2]);
        var near = random.Chance(60);
        var middle = Draw(random);
        var values = new HashSet<string>(StringComparer.Ordinal);
        for (var tries = 0; values.Count < count; tries++)
        {
            var value = near && tries < 40 ? middle * (0.7 + (0.6 * random.Fraction())) : Draw(random);
            var text = value.ToString("F" + decimals, CultureInfo.InvariantCulture);
            if (decimals == 0 || tries > 60 || Splits.Of(text) == split)
                values.Add(text);
        }
        return [.. values];
    }

    /// <summary>Small values more often than large ones.</summary>
    private double Draw(SeededRandom random)
    {
        var fraction = random.Fraction();
        return Least + ((Most - Least) * fraction * fraction);
    }
}
