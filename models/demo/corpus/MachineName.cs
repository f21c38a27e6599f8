namespace Temoto.Demo.Corpus;

/// <summary>Letter and digit names; thousands of them, so that copying a name is learned and not the names.</summary>
internal static class MachineName
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    public static string Draw(SeededRandom random, Split split) => Splits.Draw(split, () => random.Next(8) switch
    {
        0 or 1 => $"{Letter(random)}-{random.Between(1, 99)}",
        2 => $"{Letter(random)}{random.Between(1, 99)}",
        3 => $"{Letter(random)}-{random.Between(100, 999)}",
        4 => $"{Letter(random)}{Letter(random)}-{random.Between(1, 99)}",
        5 => $"{Letter(random)}{Letter(random)}{random.Between(1, 9)}",
        6 => $"{Letter(random)}{random.Between(1, 9)}-{Letter(random)}{random.Between(1, 9)}",
        _ => $"{Letter(random)}{Letter(random)}-{random.Between(1, 9)}{Letter(random)}",
    });

    /// <summary>Different names for the lines of one log; often a family such as P-11, P-12 and P-40.</summary>
    public static string[] DrawSet(SeededRandom random, Split split, int count)
    {
        var names = new List<string>();
        var family = random.Chance(40) ? $"{Letter(random)}{random.Pick(["-", "", "-1", "-2"])}" : null;
        while (names.Count < count)
        {
            var name = family is null ? Draw(random, split) : Splits.Draw(split, () => $"{family}{random.Between(1, 99)}");
            if (!names.Contains(name))
                names.Add(name);
        }
        return [.. names];
    }

    private static char Letter(SeededRandom random) => Letters[random.Next(Letters.Length)];
}
