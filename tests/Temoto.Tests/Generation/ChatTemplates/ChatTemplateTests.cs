using System.Text;
using System.Text.Json;
using Temoto.Generation.ChatTemplates;
using Temoto.Jinja;

namespace Temoto.Tests.Generation.ChatTemplates;

public class ChatTemplateTests
{
    private static string Render(string template, string variables = "{}")
    {
        using var document = JsonDocument.Parse(variables);
        var given = document.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => JinjaValue.From(property.Value));
        return ChatTemplate.Parse(template, "model/tokenizer_config.json").Render(given, TimeProvider.System);
    }

    [Fact]
    public void MessagesRenderWithTheirRolesAndTexts()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}<{{ m.role }}>{{ m['content'] }}\n{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}", "t");
        Assert.Equal("<system>Be brief.\n<user>Hi <b>\n<assistant>", template.Render([new ChatMessage("system", "Be brief."), new ChatMessage("user", "Hi <b>")]));
    }

    [Fact]
    public void ToolsTokensAndFurtherVariablesReachTheTemplate()
    {
        using var messages = JsonDocument.Parse("""[{"role": "user", "content": [{"type": "text", "text": "q"}]}]""");
        using var tools = JsonDocument.Parse("""[{"name": "f", "x": 1.0}]""");
        var template = ChatTemplate.Parse("{{ bos_token }}{{ tools | tojson }}{{ messages[0].content[0].text }}{{ enable_thinking }}{{ eos_token is defined }}{{ add_generation_prompt }}", "t");
        var input = ChatTemplateInput.For(messages.RootElement, tools.RootElement) with
        {
            BosToken = "<s>",
            AddGenerationPrompt = false,
            Variables = new Dictionary<string, JinjaValue> { ["enable_thinking"] = false },
        };
        Assert.Equal("""<s>[{"name": "f", "x": 1.0}]qFalseFalseFalse""", template.Render(input));
    }

    [Fact]
    public void OneTemplateRendersManyTimesAlike()
    {
        var template = ChatTemplate.Parse("{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}", "t");
        var texts = Enumerable.Range(0, 64).AsParallel().Select(_ => template.Render([new ChatMessage("user", "a"), new ChatMessage("user", "b")])).Distinct();
        Assert.Equal(["2"], texts);
    }

    [Theory]
    [InlineData("{{ 1 +\n\n }}", "line 3: found '}}'; expected an expression")]
    [InlineData("a\n\n{{ messages.x.y }}", "line 3: found the variable 'messages', which is undefined")]
    [InlineData("{% if x %}", "found the end of the template; expected {% elif %} or {% else %} or {% endif %}")]
    [InlineData("\n{{ raise_exception('Roles\nmust alternate') }}", "line 2: found what the template refuses: Roles·must alternate")]
    [InlineData("{% include 'x' %}", "found the tag 'include'; expected if, for, set")]
    [InlineData("{{ 'a' | urlize }}", "found the filter 'urlize'; expected one of abs, attr")]
    [InlineData("{{ messages.__class__.__mro__ }}", "which is undefined")]
    public void ErrorsNameFileLineAndWhatWasExpected(string template, string expected)
    {
        var error = Assert.Throws<InputException>(() => Render(template));
        Assert.StartsWith("model/tokenizer_config.json: chat template line ", error.Message);
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void TheClockIsTheCallers()
    {
        var clock = new StoppedClock(new DateTimeOffset(1999, 12, 31, 23, 59, 58, TimeSpan.Zero));
        var template = ChatTemplate.Parse("{{ strftime_now('%d %b %Y %H:%M:%S') }}", "t");
        Assert.Equal("31 Dec 1999 23:59:58", template.Render(new ChatTemplateInput { Messages = JinjaNone.Value, Clock = clock }));
    }

    [Fact]
    public void HalfASurrogatePairInJsonIsRefused()
    {
        using var document = JsonDocument.Parse("""["\ud83d"]""");
        var error = Assert.Throws<InputException>(() => ChatTemplateInput.For(document.RootElement));
        Assert.StartsWith("messages: found half a surrogate pair in a JSON string; expected", error.Message);
    }

    /// <summary>Each of these would loop, fill the memory or overflow the stack without a limit.</summary>
    public static TheoryData<string> HostileTemplates =>
    [
        "{% for i in range(1000000000) %}x{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(1000) %}xxxxxxxxxxxxxxxx{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s.replace('a', ns.s) %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s.join(ns.s) %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}",
        "{% set ns = namespace(l=[1], m=[1]) %}{% for i in range(45) %}{% set ns.l = [ns.l, ns.l] %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(100000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(d={}) %}{% for i in range(100000) %}{% set ns.d = {'d': ns.d} %}{% endfor %}{{ ns.d | tojson(indent=9) }}",
        "{% set ns = namespace(n=7) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}{{ ns.n }}",
        "{{ 9 ** 99 ** 99 }}", "{{ 10 ** 4299 * 10 ** 4299 }}", "{{ 'x' * 1000000000 }}", "{{ [0] * 1000000000 }}", "{{ 'x' | center(2000000000) }}", "{{ 'x'.ljust(2000000000) }}",
        "{{ '%2000000000d' % 1 }}", "{{ '%.2000000000f' % 1 }}", "{{ '{:2000000000}'.format(1) }}", "{{ 'a\nb' | indent(2000000000) }}", "{{ [[[]]] | tojson(indent=2000000000) }}", "{{ 1.5 | round(2000000000) }}",
        "{% set s = 'x' * 20000000 %}{% for i in range(100000) %}{% if s == s ~ '' %}{% endif %}{% endfor %}",
        "{% set s = 'x' * 20000000 %}{% for i in range(100000) %}{{ s | length }}{{ s[i] }}{{ s is upper }}{{ s.startswith(s) }}{{ s in s }}{% endfor %}",
        "{% set s = 'x' * 20000000 %}{% set d = {s: 1} %}{% for i in range(100000) %}{{ d[s] }}{{ s in d }}{{ d.get(s) }}{% endfor %}",
        "{% set s = '😀' * 5000000 %}{% for i in range(100000) %}{{ s[i] }}{{ s[:1] }}{% endfor %}",
        "{% set s = 'x ' * 10000000 %}{{ s.split() | length }}", "{% set s = '\\x0b' * 20000000 %}{{ s.splitlines() | length }}", "{% for c in 'x' * 20000000 %}{% endfor %}", "{{ ('x' * 20000000) | list | length }}",
        "{% set n = 10 ** 4000 %}{% for i in range(100000) %}{% for j in range(1000) %}{% set m = n * n // n %}{% endfor %}{% endfor %}",
        "{% set s = '9' * 4300 %}{% for i in range(100000) %}{% set m = s | int %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% macro a(n) %}{{ b(n) }}{% endmacro %}{% macro b(n) %}{{ a([n]) }}{% endmacro %}{{ a(1) }}",
        "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}", "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}{{ [ns] }}{{ ns.me.me.me == ns }}{{ ns | tojson }}",
        "{% set ns = namespace(g=range(100000)) %}{% for i in range(99999) %}{% set ns.g = ns.g | map('string') %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = range(100000) | list %}{% endfor %}",
    ];

    [Theory]
    [MemberData(nameof(HostileTemplates))]
    public void HostileTemplatesEndSoonWithAnError(string template)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        // The limits on steps and text let the worst of them work for some two seconds; without one, each takes hours.
        ProcessorTime.AssertBelow(60, template, () => Assert.Throws<InputException>(() => Render(template)));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4L << 30, "allocated over 4 GiB in passing");
    }

    [Theory]
    [InlineData("{{ ", "(", "1", ")", " }}")]
    [InlineData("{{ ", "[", "1", "]", " }}")]
    [InlineData("{{ ", "{1: ", "1", "}", " }}")]
    [InlineData("{{ ", "not ", "1", "", " }}")]
    [InlineData("{{ ", "-", "1", "", " }}")]
    [InlineData("{{ ", "1 if x else ", "1", "", " }}")]
    [InlineData("{{ ", "", "x", ".x", " }}")]
    [InlineData("{{ ", "", "x", "[0]", " }}")]
    [InlineData("{{ ", "", "x", "()", " }}")]
    [InlineData("{{ ", "", "1", " + 1", " }}")]
    [InlineData("{{ ", "", "1", " or 1", " }}")]
    [InlineData("{{ ", "", "1", " | abs", " }}")]
    [InlineData("{{ ", "", "1", " is defined and 1", " }}")]
    [InlineData("", "{% if 1 %}", "x", "{% endif %}", "")]
    [InlineData("", "{% for i in [1] %}", "x", "{% endfor %}", "")]
    [InlineData("", "{% macro m() %}", "x", "{% endmacro %}", "")]
    [InlineData("", "{% set x %}", "x", "{% endset %}", "")]
    [InlineData("", "{% if 1 %}{% elif 2 %}", "x", "", "")]
    [InlineData("{% for ", "(", "x", ")", " in [1] %}{% endfor %}")]
    [InlineData("{{ x is eq ", "x(", "1", ")", " }}")]
    public void DeepNestingIsAnErrorOrARendering(string start, string open, string middle, string close, string end)
    {
        foreach (var depth in new[] { 10, 100, 1000, 20_000 })
        {
            var template = new StringBuilder(start).Insert(start.Length, open, depth).Append(middle).Insert(start.Length + (open.Length * depth) + middle.Length, close, depth).Append(end).ToString();
            try
            {
                Render(template);
            }
            catch (InputException error)
            {
                Assert.Contains("chat template", error.Message);
            }
        }
    }

    [Fact]
    public void MutatedTemplatesRenderOrAreRefused()
    {
        var random = new Random(20260203);
        var sources = ChatTemplateOracleTests.TemplateFiles().Select(file => file.Source).Concat(FeatureTemplates.Rendered).ToArray();
        var conversations = Conversations.All.Select(one => one.Json).Append(FeatureTemplates.Variables).ToArray();
        string[] pieces = ["{%", "%}", "{{", "}}", "{#", "#}", "-", "'", "\"", "(", ")", "[", "]", "{", "}", "|", ".", ",", " is ", " not ", " in ", " if ", " else ", "{% endif %}", "{% endfor %}", "**", "//", "%", "1e9", "::-1", "\\", "\0", "😀", "\ud800", "loop", "messages", "ns.x = "];
        var (rendered, refused) = (0, 0);
        for (var i = 0; i < 6000; i++)
        {
            var source = new StringBuilder(sources[random.Next(sources.Length)]);
            for (var change = random.Next(1, 4); change > 0 && source.Length > 0; change--)
            {
                var at = random.Next(source.Length);
                switch (random.Next(4))
                {
                    case 0:
                        source.Remove(at, Math.Min(random.Next(1, 12), source.Length - at));
                        break;
                    case 1:
                        source.Insert(at, pieces[random.Next(pieces.Length)]);
                        break;
                    case 2:
                        source[at] = (char)random.Next(32, 127);
                        break;
                    default:
                        var from = random.Next(source.Length);
                        source.Insert(at, source.ToString(from, Math.Min(random.Next(1, 40), source.Length - from)));
                        break;
                }
            }
            try
            {
                Render(source.ToString(), conversations[random.Next(conversations.Length)]);
                rendered++;
            }
            catch (InputException error)
            {
                Assert.DoesNotContain('\n', error.Message);
                refused++;
            }
        }
        Assert.True(rendered > 500 && refused > 500, $"{rendered} rendered, {refused} refused");
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
