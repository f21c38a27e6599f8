namespace Temoto.Demo.Corpus.World;

/// <summary>A sort of machine in both languages.</summary>
internal sealed record MachineType(string En, string Ja)
{
    public static readonly MachineType[] All =
    [
        new("pump", "ポンプ"), new("fan", "ファン"), new("motor", "モーター"), new("compressor", "コンプレッサー"), new("conveyor", "コンベヤー"), new("mixer", "ミキサー"), new("press", "プレス機"),
        new("furnace", "加熱炉"), new("boiler", "ボイラー"), new("chiller", "チラー"), new("robot", "ロボット"), new("valve", "バルブ"), new("tank", "タンク"), new("lathe", "旋盤"), new("dryer", "乾燥機"),
        new("filter", "フィルター"), new("cutter", "切断機"), new("oven", "オーブン"), new("crane", "クレーン"), new("welder", "溶接機"), new("grinder", "研削盤"), new("milling machine", "フライス盤"),
        new("injection machine", "射出成形機"), new("extruder", "押出機"), new("packer", "包装機"), new("filler", "充填機"), new("labeler", "ラベラー"), new("palletizer", "パレタイザー"), new("washer", "洗浄機"),
        new("blower", "送風機"), new("generator", "発電機"), new("transformer", "変圧器"), new("heat exchanger", "熱交換器"), new("cooling tower", "冷却塔"), new("hoist", "ホイスト"), new("feeder", "フィーダー"),
        new("printer", "印刷機"), new("reactor", "反応器"), new("separator", "分離機"), new("agitator", "攪拌機"), new("vacuum pump", "真空ポンプ"), new("air handler", "空調機"), new("machining center", "マシニングセンター"),
        new("inspection station", "検査機"), new("spindle", "スピンドル"), new("gearbox", "減速機"), new("turbine", "タービン"), new("sorter", "仕分け機"), new("dust collector", "集塵機"), new("freezer", "冷凍機"),
    ];

    public string In(Language language) => language == Language.En ? En : Ja;
}
