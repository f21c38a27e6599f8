using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Temoto.Grammars.Languages;

namespace Temoto.Tests.Grammars.Languages;

/// <summary>Formats by hand, against what .NET reads, and against the test suite of JSON Schema: what that calls invalid is in none.</summary>
public class StringFormatsTests
{
    private readonly LanguageTable table = new();

    [Theory]
    [InlineData("date", "2024-02-29", "2023-02-29")]
    [InlineData("date", "2000-02-29", "1900-02-29")]
    [InlineData("date", "2024-11-30", "2024-11-31")]
    [InlineData("time", "23:59:59.999Z", "24:00:00Z")]
    [InlineData("time", "08:30:06+05:45", "08:30:06")]
    [InlineData("time", "00:00:00-00:00", "00:00:00-24:00")]
    [InlineData("date-time", "2024-02-29T12:00:00Z", "2024-02-29 12:00:00Z")]
    [InlineData("date-time", "2024-12-31t23:59:59.5z", "2024-12-32T23:59:59Z")]
    [InlineData("duration", "P1Y2M3DT4H5M6S", "P1YT")]
    [InlineData("duration", "PT36H", "P1Y2D")]
    [InlineData("duration", "P2W", "P1Y2W")]
    [InlineData("email", "first.last+tag@example.com", "first..last@example.com")]
    [InlineData("email", "a@b", "a@b_c")]
    [InlineData("idn-email", "δοκιμή@παράδειγμα.com", "δοκιμή")]
    [InlineData("hostname", "a--b.example.com", "-a.example.com")]
    [InlineData("hostname", "123.example", "example.")]
    [InlineData("hostname", "a", "ab--c")]
    [InlineData("idn-hostname", "bücher.example", "b_cher.example")]
    [InlineData("idn-hostname", "日本語.テスト", "日本語..テスト")]
    [InlineData("ipv4", "255.0.10.199", "255.0.10.256")]
    [InlineData("ipv4", "1.2.3.4", "01.2.3.4")]
    [InlineData("ipv6", "::ffff:192.168.0.1", "::ffff:192.168.0.256")]
    [InlineData("ipv6", "fe80::1", "fe80::1%eth0")]
    [InlineData("uri", "https://user:pass@[2001:db8::7]:8080/a/b;c?q=1#f", "//example.com")]
    [InlineData("uri", "urn:example:a", "http://a b")]
    [InlineData("uri", "http://example.com:65535/", "http://example.com:65536/")]
    [InlineData("uri", "file:///etc/hosts", "http://example.com/%4")]
    [InlineData("uri-reference", "../a?b#c", @"..\a")]
    [InlineData("uri-reference", "./a:b", "1:b")]
    [InlineData("iri", "http://例え.jp/ü", "http://例え.jp/\uE000")]
    [InlineData("iri-reference", "/ü?\uE000", "/\"ü\"")]
    [InlineData("uri-template", "/a{/b,c*}{?d:30}", "/a{")]
    [InlineData("uuid", "2eb8aa08-AA98-11ea-B4Aa-73B441D16380", "2eb8aa08aa9811eab4aa73b441d16380")]
    [InlineData("json-pointer", "/a~0b/~1//", "a")]
    [InlineData("json-pointer", "", "/~")]
    [InlineData("relative-json-pointer", "0#", "01/a")]
    public void AFormatHoldsWhatItsStandardSays(string format, string valid, string invalid)
    {
        var language = StringFormats.Of(format, table)!;
        Assert.True(table.Holds(language, valid), valid);
        Assert.False(table.Holds(language, invalid), invalid);
    }

    [Theory]
    [InlineData("regex")]
    [InlineData("color")]
    [InlineData("Date")]
    [InlineData("")]
    public void OtherFormatsAreNotKnown(string format) => Assert.Null(StringFormats.Of(format, table));

    [Fact]
    public void DatesAreThoseOfTheCalendar()
    {
        var random = new Random(13);
        var date = StringFormats.Of("date", table)!;
        for (var i = 0; i < Thoroughness.Cases(3000); i++)
        {
            var text = $"{(i % 2 == 0 ? random.Next(100) * 100 : random.Next(10_000)):D4}-{(i % 3 == 0 ? 2 : random.Next(14)):D2}-{(i % 5 == 0 ? 29 : random.Next(33)):D2}";
            Assert.True(DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) == table.Holds(date, text), text);
        }
    }

    [Fact]
    public void AddressesAreThoseThatTheNetworkReads()
    {
        var random = new Random(14);
        var address = StringFormats.Of("ipv6", table)!;
        var valid = 0;
        for (var i = 0; i < Thoroughness.Cases(3000); i++)
        {
            var groups = Enumerable.Range(0, random.Next(9)).Select(_ => random.Next(12) == 0 ? "" : random.Next(65536).ToString("x", CultureInfo.InvariantCulture)).ToList();
            var text = string.Join(':', groups);
            if (groups.Count > 0 && random.Next(2) == 0)
                text = text.Insert(random.Next(text.Length + 1), "::");
            if (random.Next(4) == 0)
                text += (text.Length > 0 && text[^1] != ':' ? ":" : "") + string.Join('.', Enumerable.Range(0, 4).Select(_ => random.Next(280)));
            var isAddress = IPAddress.TryParse(text, out var read) && read.AddressFamily == AddressFamily.InterNetworkV6;
            valid += isAddress ? 1 : 0;
            Assert.True(isAddress == table.Holds(address, text), text);
        }
        Assert.True(valid > 300, $"only {valid} addresses");
    }

    [Fact]
    public void NamesEndAtTheirLimits()
    {
        var host = StringFormats.Of("hostname", table)!;
        var label = new string('a', 63);
        Assert.True(table.Holds(host, label));
        Assert.False(table.Holds(host, label + "a"));
        var longest = $"{label}.{label}.{label}.{new string('b', 61)}";
        Assert.True(table.Holds(host, longest));
        Assert.False(table.Holds(host, longest + "b"));
        var email = StringFormats.Of("email", table)!;
        Assert.True(table.Holds(email, $"{new string('x', 64)}@example.com"));
        Assert.False(table.Holds(email, $"{new string('x', 65)}@example.com"));
        Assert.False(table.Holds(email, $"x@{longest}"));
    }

    /// <summary>Every format with the suite's texts. What is valid and left out is of the kinds that <see cref="IsLeftOut"/> names.</summary>
    [Theory]
    [InlineData("date", 70)]
    [InlineData("date-time", 20)]
    [InlineData("time", 30)]
    [InlineData("duration", 40)]
    [InlineData("email", 10)]
    [InlineData("idn-email", 8)]
    [InlineData("hostname", 40)]
    [InlineData("idn-hostname", 55)]
    [InlineData("ipv4", 30)]
    [InlineData("ipv6", 30)]
    [InlineData("uri", 35)]
    [InlineData("uri-reference", 20)]
    [InlineData("iri", 15)]
    [InlineData("iri-reference", 6)]
    [InlineData("uri-template", 30)]
    [InlineData("uuid", 20)]
    [InlineData("json-pointer", 30)]
    [InlineData("relative-json-pointer", 15)]
    public void TheTestSuiteAgrees(string format, int leastTexts)
    {
        var path = RepositoryPaths.DataPath($"json-schema-test-suite/tests/draft2020-12/optional/format/{format}.json");
        Assert.SkipUnless(File.Exists(path), $"needs the test suite of JSON Schema ({path})");
        var language = StringFormats.Of(format, table)!;
        var compared = 0;
        using var groups = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var test in groups.RootElement.EnumerateArray().SelectMany(group => group.GetProperty("tests").EnumerateArray()))
        {
            if (test.GetProperty("data") is not { ValueKind: JsonValueKind.String } data)
                continue;
            var (text, isValid) = (data.GetString()!, test.GetProperty("valid").GetBoolean());
            if (isValid && IsLeftOut(format, text))
                continue;
            compared++;
            Assert.True(isValid == table.Holds(language, text), $"{data.GetRawText()}: {test.GetProperty("description")}");
        }
        Assert.True(compared >= leastTexts, $"only {compared} texts");
    }

    /// <summary>Leap seconds; names between quotes and addresses between brackets; names that are encoded, or of scripts whose characters depend on their neighbours.</summary>
    private static bool IsLeftOut(string format, string text) => format switch
    {
        "time" or "date-time" => text.Contains(":60", StringComparison.Ordinal),
        "email" => text.Contains('"') || text.Contains('['),
        "idn-email" => text.Contains('"') || text.EndsWith("\u0301.com", StringComparison.Ordinal),
        "hostname" => text.StartsWith("xn--", StringComparison.Ordinal),
        "idn-hostname" => text.StartsWith("xn--", StringComparison.Ordinal) || text.Length > 40 && text[0] > 0x80 || text.Any("〇۽·͵׳״・٠۰\u200d\u200c。．｡".Contains),
        _ => false,
    };
}
