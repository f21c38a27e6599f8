using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

/// <summary>
/// The report in a real browser, on a desk and on a phone, light and dark, in both languages: it loads without complaint, nothing is wider than the window, and text in drawings lies inside
/// and apart. What it looks like is kept in artifacts/report-screenshots.
/// </summary>
public class ReportInBrowserTests
{
    /// <summary>Texts that reach beyond their drawing, or lie on another text of it, by more than a pixel; and how many were looked at.</summary>
    private const string Misplaced = """
        (() => {
          const bad = []; let count = 0;
          for (const svg of document.querySelectorAll('svg')) {
            const frame = svg.getBoundingClientRect();
            const texts = [...svg.querySelectorAll('text')].map(t => ({ name: t.textContent, box: t.getBoundingClientRect() }));
            count += texts.length;
            texts.forEach((a, i) => {
              if (a.box.left < frame.left - 1 || a.box.right > frame.right + 1 || a.box.top < frame.top - 1 || a.box.bottom > frame.bottom + 1)
                bad.push('outside: ' + a.name);
              for (const b of texts.slice(i + 1))
                if (Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left) > 1 && Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top) > 2)
                  bad.push('together: ' + a.name + ' | ' + b.name);
            });
          }
          return (count > 100 ? '' : 'only ' + count + ' texts; ') + bad.join('; ');
        })()
        """;

    /// <summary>The smallest type in a drawing, in pixels.</summary>
    private const string SmallestType = """
        Math.min(...[...document.querySelectorAll('svg text')].map(t => parseFloat(t.getAttribute('font-size')) * t.ownerSVGElement.getBoundingClientRect().width / t.ownerSVGElement.viewBox.baseVal.width))
        """;

    /// <summary>A4 between margins of a centimetre, at 96 dots per inch.</summary>
    private const int PaperWidth = 718;

    [Theory]
    [InlineData(ReportLanguage.English)]
    [InlineData(ReportLanguage.Japanese)]
    internal async Task Reports_are_legible_on_desk_and_phone_in_light_and_dark(ReportLanguage language)
    {
        Oracle.Require(HeadlessBrowser.Program is not null, "chromium, for the report in a browser");
        var folder = Directory.CreateDirectory(Path.Combine(RepositoryPaths.Root, "artifacts", "report-screenshots")).FullName;
        await using var browser = await HeadlessBrowser.Start();
        foreach (var (name, html) in new[] { ("boards", ReportSamples.Full(language)), ("board", ReportSamples.Single(language, ReportSamples.Host)) })
        {
            var file = Path.Combine(folder, $"{name}-{language}.html");
            await File.WriteAllTextAsync(file, html);
            await browser.Open(file, PaperWidth, 1000, isDark: true, isPrint: true);
            await AssertPrintable(browser);
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}-{language}-print.png"), await browser.Screenshot(wholePage: true));
            foreach (var (width, height) in new[] { (1280, 800), (390, 844) })
            {
                foreach (var isDark in new[] { false, true })
                {
                    await browser.Open(file, width, height, isDark);
                    await AssertLegible(browser, width, isDark);
                    var picture = Path.Combine(folder, $"{name}-{language}-{width}-{(isDark ? "dark" : "light")}");
                    await File.WriteAllBytesAsync(picture + ".png", await browser.Screenshot(wholePage: false));
                    await File.WriteAllBytesAsync(picture + "-whole.png", await browser.Screenshot(wholePage: true));
                }
            }
        }
    }

    [Fact]
    public async Task The_answer_is_seen_on_a_phone_without_scrolling()
    {
        Oracle.Require(HeadlessBrowser.Program is not null, "chromium, for the report in a browser");
        var folder = Directory.CreateTempSubdirectory("temoto-report-");
        var file = Path.Combine(folder.FullName, "report.html");
        await File.WriteAllTextAsync(file, ReportSamples.Single(ReportLanguage.English));
        await using (var browser = await HeadlessBrowser.Start())
        {
            await browser.Open(file, 390, 844, isDark: false);
            Assert.Equal("true", await browser.Evaluate("document.querySelector('.answer').getBoundingClientRect().bottom <= innerHeight"));
        }
        folder.Delete(recursive: true);
    }

    /// <summary>On paper nothing scrolls, and dark colours are light.</summary>
    private static async Task AssertPrintable(HeadlessBrowser browser)
    {
        Assert.Equal("", await browser.Evaluate("[...document.querySelectorAll('.table')].filter(t => t.scrollWidth > t.clientWidth + 1).map(t => t.className + ' ' + t.scrollWidth + ' > ' + t.clientWidth).join('; ')"));
        Assert.Equal("", await browser.Evaluate("[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 30)).slice(0, 5).join('; ')"));
        Assert.Equal($"{PaperWidth}", await browser.Evaluate("document.documentElement.scrollWidth"));
        Assert.Equal("rgb(255, 255, 255)", await browser.Evaluate("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("", await browser.Evaluate(Misplaced));
    }

    private static async Task AssertLegible(HeadlessBrowser browser, int width, bool isDark)
    {
        Assert.Equal(isDark ? "true" : "false", await browser.Evaluate("matchMedia('(prefers-color-scheme: dark)').matches"));
        Assert.Equal($"{width} {width}", await browser.Evaluate("innerWidth + ' ' + document.documentElement.scrollWidth"));
        Assert.Equal("", await browser.Evaluate(Misplaced));
        Assert.Equal("true", await browser.Evaluate(SmallestType + " >= 9"));
        Assert.Equal(isDark ? "true" : "false", await browser.Evaluate("parseInt(getComputedStyle(document.body).backgroundColor.slice(4)) < 128"));
        Assert.Empty(browser.Complaints);
    }
}
