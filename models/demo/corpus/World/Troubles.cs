using Temoto.Demo.Corpus.Layouts;

namespace Temoto.Demo.Corpus.World;

/// <summary>How a log says in words what is wrong with a machine, behind its name, and that the others are fine: P-7 OK, P-8 FAULT relay tripped.</summary>
internal sealed record Troubles(string Fine, string Mark)
{
    private static readonly string[] EnFine = ["OK", "ok", "normal", "no alarm", "running", "fine", "-"];
    private static readonly string[] EnMarks = ["", "", "FAULT ", "TRIP: ", "ALARM: ", "fault - ", "error "];
    private static readonly string[] JaFine = ["正常", "異常なし", "運転中", "OK", "良好"];
    private static readonly string[] JaMarks = ["", "", "", "異常 ", "故障：", "警報:", "アラーム "];

    public static Troubles Draw(SeededRandom random, Language language)
    {
        var fine = random.Pick(language == Language.En ? EnFine : JaFine);
        return new(fine, random.Pick(language == Language.En ? EnMarks : JaMarks));
    }

    /// <summary>What is wrong with a machine, or nothing.</summary>
    public static string Of(SeededRandom random, Split split, Language language, string machine) => random.Chance(40) ? Fault.Draw(random, split, language, language, machine).Message : "";

    public Cell CellOf(string trouble) => new(Role.Message, trouble.Length > 0 ? Mark + trouble : Fine);
}
