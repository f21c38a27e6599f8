namespace Temoto.Tests;

/// <summary>What <c>./check</c> runs at every commit, and what only <c>./check all</c> does (it sets TEMOTO_CHECK=all).</summary>
internal static class Thoroughness
{
    /// <summary>How many times the cases of a seeded search <c>./check all</c> tries.</summary>
    private const int MoreCases = 10;

    public static bool IsAll => Environment.GetEnvironmentVariable("TEMOTO_CHECK") == "all";

    /// <summary><paramref name="usual"/> cases, ten times as many in <c>./check all</c>, or as many times as TEMOTO_CASES says.</summary>
    public static int Cases(int usual) => usual * (int.TryParse(Environment.GetEnvironmentVariable("TEMOTO_CASES"), out var times) && times > 0 ? times : IsAll ? MoreCases : 1);

    /// <summary>Skips the calling test unless everything is asked for, or this by itself.</summary>
    public static void Require(string what, string? environmentVariable = null)
    {
        var isAsked = environmentVariable is not null && Environment.GetEnvironmentVariable(environmentVariable) == "1";
        Assert.SkipUnless(IsAll || isAsked, $"{what}: run ./check all{(environmentVariable is null ? "" : $", or set {environmentVariable}=1")}");
    }
}
