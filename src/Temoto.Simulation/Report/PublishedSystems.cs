namespace Temoto.Simulation.Report;

/// <summary>Published systems that a report compares with where it is given no others. Figures as their authors state them; none was measured by us.</summary>
internal static class PublishedSystems
{
    private const string Aicas = "AICAS 2025 Grand Challenge, Track 2";
    private const string PdSwap = "table of PD-Swap, arXiv 2512.11550";

    public static IReadOnlyList<PublishedSystem> All { get; } =
    [
        new("SUTD", "KV260", "Qwen2.5-0.5B, AWQ 4 bits", null, 5.1, null, "arXiv 2504.17376") { Note = "co-simulation, no run on a board", NoteJapanese = "協調シミュレーションの値で、実機の値ではない" },
        new("SUTD", "KV260", "Qwen2.5-0.5B, AWQ 4 bits", 2.43, 2.32, null, $"{Aicas}, submitted JSON"),
        new("PKU EdgeDecoding", "KV260", "Qwen2.5-0.5B, 5.75 bits", 288.5, 35.2, null, Aicas) { Note = "vocabulary cut to a quarter", NoteJapanese = "語彙を四分の一に削減" },
        new("pkuzzz", "KV260", "Qwen2.5-0.5B", 187.9, 9.79, null, Aicas),
        new("UESTC", "KV260 (ARM)", "Qwen2.5-0.5B, INT8", 4.81, 4.36, null, Aicas) { Note = "on the processor alone", NoteJapanese = "プロセッサのみで実行" },
        new("Li et al., DATE 2025", "KV260", "LLaMA2-7B, AWQ W4", null, 4.9, 6.57, "arXiv 2502.10659"),
        new("Hummingbird", "KV260", "LLaMA3-8B", null, 4.8, null, "arXiv 2507.03308"),
        new("TeLLMe v2", "KV260", "BitNet 0.73B", 143, 25, 5, "arXiv 2510.15926") { WattsAreLimit = true },
        new("LlamaF", "ZCU102", "TinyLlama 1.1B", null, 1.5, 5.1, "arXiv 2409.11424"),
        new("MEADOW", "ZCU102", "OPT-1.3B, W8A8", null, 2, 10, "arXiv 2503.11663") { WattsAreLimit = true, IsAbout = true, Note = "10 W is the budget of the design", NoteJapanese = "10 W は設計上の上限" },
        new("Raspberry Pi 5", "Cortex-A76", "Qwen 0.6B", null, 16.6, 7.8, PdSwap),
        new("Jetson Orin Nano", "GPU", "TinyLlama 1.1B", null, 67.6, 25, PdSwap),
    ];
}
