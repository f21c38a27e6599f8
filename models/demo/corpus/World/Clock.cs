namespace Temoto.Demo.Corpus.World;

/// <summary>Times of a log, all in one format, each later than the one before.</summary>
internal sealed class Clock
{
    private readonly SeededRandom random;
    private readonly int format;
    private readonly string date;
    private int seconds;

    public Clock(SeededRandom random, Language language)
    {
        this.random = random;
        format = language == Language.Ja && random.Chance(15) ? 9 : random.Next(9);
        var (year, month, day) = (random.Between(2019, 2027), random.Between(1, 12), random.Between(1, 28));
        date = format switch
        {
            4 => $"{year}-{month:00}-{day:00} ",
            5 => $"{year}-{month:00}-{day:00}T",
            6 => $"{year}/{month:00}/{day:00} ",
            7 => $"{month:00}/{day:00} ",
            8 => $"{day:00}.{month:00}. ",
            _ => "",
        };
        seconds = random.Between(0, 22 * 3600);
    }

    public string Next()
    {
        seconds = Math.Min((24 * 3600) - 1, seconds + random.Between(60, random.Pick([300, 900, 3600])));
        var (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        return format switch
        {
            2 or 4 or 5 => $"{date}{hour:00}:{minute:00}:{second:00}",
            3 => $"{hour}:{minute:00}",
            9 => $"{hour}時{minute:00}分",
            _ => $"{date}{hour:00}:{minute:00}",
        };
    }
}
