namespace Temoto.Demo.Corpus.World;

/// <summary>Times of a log, all in one format, each later than the one before.</summary>
internal sealed class Clock
{
    private readonly SeededRandom random;
    private readonly int format;
    private readonly int wideFormat = -1;
    private readonly (int Year, int Month, int Day) day;
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
        if (random.WideChance(35))
            (wideFormat, this.day) = (random.Next(8), (year, month, day));
    }

    public string Next()
    {
        seconds = Math.Min((24 * 3600) - 1, seconds + random.Between(60, random.Pick([300, 900, 3600])));
        var (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if (wideFormat >= 0)
            return WideFormat(hour, minute, second);
        return format switch
        {
            2 or 4 or 5 => $"{date}{hour:00}:{minute:00}:{second:00}",
            3 => $"{hour}:{minute:00}",
            9 => $"{hour}時{minute:00}分",
            _ => $"{date}{hour:00}:{minute:00}",
        };
    }

    private string WideFormat(int hour, int minute, int second) => wideFormat switch
    {
        0 => $"{day.Year}-{day.Month:00}-{day.Day:00}T{hour:00}:{minute:00}:{second:00}Z",
        1 => $"{day.Day:00}/{day.Month:00}/{day.Year} {hour:00}:{minute:00}",
        2 => $"{hour:00}:{minute:00}:{second:00}.{random.Next(1000):000}",
        3 => $"{day.Month}/{day.Day} {hour}:{minute:00}",
        4 => $"{day.Year}.{day.Month:00}.{day.Day:00} {hour:00}:{minute:00}",
        5 => $"{1_700_000_000 + (day.Day * 86_400) + seconds}",
        6 => $"{hour:00}{minute:00}",
        _ => $"{day.Year}{day.Month:00}{day.Day:00} {hour:00}:{minute:00}:{second:00}",
    };
}
