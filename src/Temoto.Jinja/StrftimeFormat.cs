using System.Globalization;
using System.Text;

namespace Temoto.Jinja;

/// <summary>C's strftime in the C locale: what <c>strftime_now</c> of a chat template is given.</summary>
internal static class StrftimeFormat
{
    public static string Format(string format, DateTimeOffset time, JinjaBudget budget)
    {
        var output = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            budget.Characters(16);
            if (format[i] != '%' || i + 1 == format.Length)
            {
                output.Append(format[i]);
                continue;
            }
            var unpadded = format[i + 1] == '-' && i + 2 < format.Length;
            i += unpadded ? 2 : 1;
            var text = Directive(format[i], time, budget);
            if (unpadded && text.Length > 1)
                text = text.TrimStart('0', ' ') is { Length: > 0 } rest ? rest : "0";
            output.Append(text);
        }
        return output.ToString();
    }

    private static string Directive(char directive, DateTimeOffset time, JinjaBudget budget)
    {
        var hour = time.Hour % 12 == 0 ? 12 : time.Hour % 12;
        return directive switch
        {
            'a' => time.ToString("ddd", CultureInfo.InvariantCulture),
            'A' => time.ToString("dddd", CultureInfo.InvariantCulture),
            'b' or 'h' => time.ToString("MMM", CultureInfo.InvariantCulture),
            'B' => time.ToString("MMMM", CultureInfo.InvariantCulture),
            'c' => Format("%a %b %e %H:%M:%S %Y", time, budget),
            'C' => $"{time.Year / 100:00}",
            'd' => $"{time.Day:00}",
            'D' or 'x' => Format("%m/%d/%y", time, budget),
            'e' => $"{time.Day,2}",
            'f' => $"{time.Ticks % TimeSpan.TicksPerSecond / 10:000000}",
            'F' => Format("%Y-%m-%d", time, budget),
            'G' => ISOWeek.GetYear(time.DateTime).ToString(),
            'H' => $"{time.Hour:00}",
            'I' => $"{hour:00}",
            'j' => $"{time.DayOfYear:000}",
            'k' => $"{time.Hour,2}",
            'l' => $"{hour,2}",
            'm' => $"{time.Month:00}",
            'M' => $"{time.Minute:00}",
            'n' => "\n",
            'p' => time.Hour < 12 ? "AM" : "PM",
            'r' => Format("%I:%M:%S %p", time, budget),
            'R' => Format("%H:%M", time, budget),
            's' => time.ToUnixTimeSeconds().ToString(),
            'S' => $"{time.Second:00}",
            't' => "\t",
            'T' or 'X' => Format("%H:%M:%S", time, budget),
            'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(),
            'U' => $"{(time.DayOfYear + 6 - (int)time.DayOfWeek) / 7:00}",
            'V' => $"{ISOWeek.GetWeekOfYear(time.DateTime):00}",
            'w' => ((int)time.DayOfWeek).ToString(),
            'W' => $"{(time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7:00}",
            'y' => $"{time.Year % 100:00}",
            'Y' => time.Year.ToString(),
            'z' or 'Z' => "", // Python's datetime.now() knows no time zone.
            '%' => "%",
            _ => $"%{directive}",
        };
    }
}
