namespace Temoto.Demo.Corpus;

/// <summary>A sort of machine in both languages.</summary>
internal sealed record MachineType(string En, string Ja)
{
    /// <summary>What an answer says when the log does not name the sort.</summary>
    public static readonly MachineType Unknown = new("machine", "設備");

    public static readonly MachineType[] All =
    [
        new("pump", "ポンプ"), new("fan", "ファン"), new("motor", "モーター"), new("compressor", "コンプレッサー"),
        new("conveyor", "コンベヤー"), new("mixer", "ミキサー"), new("press", "プレス機"), new("furnace", "加熱炉"),
        new("boiler", "ボイラー"), new("chiller", "チラー"), new("robot", "ロボット"), new("valve", "バルブ"),
        new("tank", "タンク"), new("lathe", "旋盤"), new("dryer", "乾燥機"), new("filter", "フィルター"),
        new("cutter", "切断機"), new("oven", "オーブン"),
    ];

    public string In(Language language) => language == Language.En ? En : Ja;

    /// <summary>With a capital in English, for the start of a sentence.</summary>
    public string AtStart(Language language) => language == Language.En ? char.ToUpperInvariant(En[0]) + En[1..] : Ja;
}
