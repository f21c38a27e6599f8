namespace Temoto.Demo.Corpus;

/// <summary>What a machine is doing: as the log says it, and as an answer does.</summary>
internal sealed record MachineState(string En, string Ja, string EnAnswer)
{
    public static readonly MachineState Running = new("running", "運転中", "running");

    public static readonly MachineState[] All =
    [
        Running, new("stopped", "停止中", "stopped"), new("idle", "待機中", "idle"),
        new("starting", "起動中", "starting up"), new("cleaning", "洗浄中", "being cleaned"), new("maintenance", "保守中", "under maintenance"),
    ];

    public string InLog(Language language) => language == Language.En ? En : Ja;

    public string InAnswer(Language language) => language == Language.En ? EnAnswer : Ja;
}
