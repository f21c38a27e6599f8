// The page's own small parts, one by one, in the browser that runs them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const sources = path.join(import.meta.dirname, "..", "..", "..", "src", "Temoto.Server", "Page", "Files");

export default async function ({ servers, visit }) {
    const seen = await visit(servers.demo);
    await markdown(seen.page);
    await hostileMarkdown(seen.page);
    await events(seen.page);
    await texts(seen.page);
    await seen.end();
}

async function markdown(page) {
    const read = source => page.evaluate(async text => {
        const { blocksOf } = await import("/page/markdown/blocks.js");
        const inline = nodes => nodes.map(node => node.type === "text" ? node.text : node.type === "break" ? "/" : `${node.type}(${node.children ? inline(node.children) : node.text})`).join("");
        const block = item => {
            switch (item.type) {
                case "list": return `${item.ordered ? `ol${item.start}` : "ul"}[${item.items.map(blocks => blocks.map(block).join(" ")).join(", ")}]`;
                case "quote": return `quote[${item.blocks.map(block).join(" ")}]`;
                case "table": return `table[${[item.head, ...item.rows].map(row => row.map(inline).join("|")).join(", ")}]`;
                case "code": return `code:${item.language}[${item.text}]`;
                case "rule": return "rule";
                default: return `${item.type[0]}${item.level ?? ""}(${inline(item.children)})`;
            }
        };
        return blocksOf(text).map(block).join(" ");
    }, source);
    for (const [source, expected] of [
        ["", ""],
        ["one\ntwo", "p(one/two)"],
        ["## Two ##", "h2(Two)"],
        ["#no", "p(#no)"],
        ["a **b** c", "p(a strong(b) c)"],
        ["***both***", "p(strong(em(both)))"],
        ["**a *b* c**", "p(strong(a em(b) c))"],
        ["**重要。**です", "p(strong(重要。)です)"],
        ["2 * 3 * 4, snake_case_name, a**", "p(2 * 3 * 4, snake_case_name, a**)"],
        ["**open", "p(**open)"],
        ["~~gone~~ ~one~", "p(strike(gone) ~one~)"],
        ["`a` ``b`c`` `open", "p(code(a) code(b`c) `open)"],
        ["\\*plain\\* \\`x\\`", "p(*plain* `x`)"],
        ["[x](https://a.example/(b)) [y](file:///z) [z]", "p(link(x) [y](file:///z) [z])"],
        ["see https://a.example/b, xhttp://c", "p(see link(https://a.example/b), xhttp://c)"],
        ["見て https://a.example/b。次", "p(見て link(https://a.example/b)。次)"],
        ["- a\n- b\n  - c\n\n- d", "ul[p(a), p(b) ul[p(c)], p(d)]"],
        ["3. a\n4. b", "ol3[p(a), p(b)]"],
        ["1. a\n   ```js\n   x\n   ```\n2. b", "ol1[p(a) code:js[x], p(b)]"],
        ["> a\n> - b\n\nc", "quote[p(a) ul[p(b)]] p(c)"],
        ["```\n**x**\n", "code:[**x**\n]"],
        ["~~~~\n```\n~~~~", "code:[```]"],
        ["---", "rule"],
        ["| a | b |\n|---|:-:|\n| 1 | `\\|` |\n| 2 |\nend", "table[a|b, 1|code(|), 2|] p(end)"],
        ["a | b\nno table", "p(a | b/no table)"],
        ["<b>x</b> &amp;", "p(<b>x</b> &amp;)"],
    ])
        assert.equal(await read(source), expected, source);
}

/** Texts made to be slow, and by chance: they come to an end, and a text that grows looks as one that came at once. */
async function hostileMarkdown(page) {
    const lost = await page.evaluate(async () => {
        const { blocksOf } = await import("/page/markdown/blocks.js");
        const { showMarkdown } = await import("/page/markdown/render.js");
        const found = [];
        const count = 20000;
        for (const mark of ["*", "_", "**a ", "`", "``` ", "[", "](", "[](", "![", "~~", "> ", "- ", "\n\n", "- a\n\n", "|", "|-|\n", "# ", "\\", "h", "https://", " ", "1. ", "[a](http://b ", "`a``b```"])
            blocksOf(mark.repeat(count));
        // Seeded: a linear congruence is enough to put marks in any order.
        let seed = 1;
        const next = most => (seed = seed * 48271 % 2147483647) % most;
        const marks = ["*", "**", "_", "`", "```", "\n", "\n\n", "- ", "1. ", "> ", "# ", "|", "|---|", "[", "](", ")", "https://a.b", "~~", "\\", "<b>", "語", "word", " ", "  "];
        for (let round = 0; round < 500; round++) {
            const source = Array.from({ length: next(60) }, () => marks[next(marks.length)]).join("");
            const node = document.createElement("div");
            for (let end = 0; end <= source.length; end += 7)
                showMarkdown(node, source.slice(0, end));
            showMarkdown(node, source);
            const whole = document.createElement("div");
            showMarkdown(whole, source);
            const words = text => (text.match(/word|語|<b>/g) ?? []).length;
            // A language behind a fence, the address of a link and cells beyond a table's are not shown.
            if (node.innerHTML !== whole.innerHTML || words(node.textContent) > words(source) || node.querySelector("b"))
                found.push(source);
        }
        return found;
    });
    assert.deepEqual(lost, []);
}

async function events(page) {
    const got = await page.evaluate(async () => {
        const { eventsOf } = await import("/page/server/events.js");
        const { newAnswer, take } = await import("/page/server/answer.js");
        const { samplesOf } = await import("/page/server/samples.js");
        const bytes = new TextEncoder().encode("data: 1 語\n\n: nothing\n\ndata: 2\r\n\r\ndata: a\ndata: b\n\ndata: [DONE]\n\ndata: 3\n\n");
        const read = async (size, end) => {
            const body = new ReadableStream({
                start(controller) {
                    for (let at = 0; at < end; at += size)
                        controller.enqueue(bytes.slice(at, Math.min(at + size, end)));
                    controller.close();
                },
            });
            const all = [];
            try {
                for await (const data of eventsOf(body))
                    all.push(data);
            } catch (error) {
                all.push(error.kind);
            }
            return all.join();
        };
        const cuts = new Set();
        for (let size = 1; size < bytes.length; size++)
            cuts.add(await read(size, bytes.length));
        const answer = newAnswer();
        for (const delta of [{ content: "a" }, { tool_calls: [{ index: 1, id: "x", function: { name: "f", arguments: "" } }] }, { tool_calls: [{ index: 1, function: { arguments: "{}" } }] }])
            take(answer, { choices: [{ delta, finish_reason: null }] });
        return { cuts: [...cuts], short: await read(5, 14), call: answer.calls[1], samples: [...samplesOf("# HELP a b\na 1\nb{x=\"1\"} 2\nb{x=\"2\"} 3.5\nc +Inf\n")] };
    });
    assert.deepEqual(got, { cuts: ["1 語,2,a\nb"], short: "1 語,cut", call: { id: "x", name: "f", arguments: "{}" }, samples: [["a", 1], ["b", 5.5], ["c", NaN]] });
}

/** Every text is there in both languages with the same values, and is used. */
async function texts(page) {
    const all = await page.evaluate(async () => (await import("/page/base/texts.js")).texts);
    const files = readdirSync(sources, { recursive: true }).filter(name => name.endsWith(".js") && !name.endsWith("texts.js")).map(name => readFileSync(path.join(sources, name), "utf8")).join("\n");
    const prefixes = [...files.matchAll(/`(\w+_)\$\{/g)].map(match => match[1]);
    const values = text => [...text.matchAll(/\{\w+\}/g)].map(match => match[0]).sort().join();
    for (const [key, [english, japanese]] of Object.entries(all)) {
        assert.ok(english && japanese, key);
        assert.equal(values(english.split("|").at(-1)), values(japanese), key);
        assert.ok(files.includes(`"${key}"`) || new RegExp(`\\b${key}:`).test(files) || prefixes.some(prefix => key.startsWith(prefix)), `nothing says ${key}`);
    }
}
