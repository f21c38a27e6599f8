// What a model writes is shown as Markdown, and what it smuggles in is text. The answers are made up here: they come by the same events.
import assert from "node:assert/strict";

const evil = `<img src=x onerror="alert(1)"> <script>alert(2)</script>

[click](javascript:alert(3)) [data](data:text/html,<script>) ![shot](https://elsewhere.example/x.png) [rel](/v1/models)

<iframe src="https://elsewhere.example"></iframe>

| <b>a</b> | [x](JaVaScRiPt:alert(4)) |
|---|---|
| \`<i>\` | vbscript:x |`;

const rich = `# Heading

Text with **bold**, *italic*, \`code\`, ~~gone~~, [a link](https://example.com/a) and https://example.org/b.

1. first
   - inner **one**
   - inner two
2. second

| machine | °C |
|:--|--:|
| P-7 | 81.4 |

> quoted

\`\`\`python
print("<b>")
\`\`\`
`;

export default async function ({ servers, visit }) {
    const seen = await visit(servers.demo);
    const { page } = seen;
    let answer = evil;
    await page.route("**/v1/chat/completions", route => route.fulfill({ contentType: "text/event-stream", body: eventsOf(answer) }));
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await seen.ask("evil");
    const prose = page.locator(".message.assistant > .prose").first();
    assert.deepEqual(await prose.evaluate(node => [...node.querySelectorAll("img, script, iframe, b, i, object, embed, svg:not(.icon), [onerror], [style]")].map(item => item.outerHTML)), []);
    const text = await prose.innerText();
    for (const words of ['<img src=x onerror="alert(1)">', "<script>alert(2)</script>", "[click](javascript:alert(3))", "[data](data:text/html,<script>)", '<iframe src="https://elsewhere.example"></iframe>', "[rel](/v1/models)", "[x](JaVaScRiPt:alert(4))"])
        assert.ok(text.includes(words), `${words} in ${text}`);
    // A picture of elsewhere would tell that it was seen: it is a link, which somebody has to follow.
    assert.deepEqual(await prose.evaluate(node => [...node.querySelectorAll("a")].map(link => [link.textContent, link.href, link.rel])), [["shot", "https://elsewhere.example/x.png", "noopener noreferrer"], ["https://elsewhere.example", "https://elsewhere.example/", "noopener noreferrer"]]);
    await seen.look("markdown-evil");

    answer = rich;
    await seen.ask("rich");
    const shown = page.locator(".message.assistant").nth(1).locator("> .prose");
    assert.deepEqual(await shown.evaluate(node => [...node.children].map(child => child.tagName)), ["H4", "P", "OL", "DIV", "BLOCKQUOTE", "DIV"]);
    assert.deepEqual(await shown.evaluate(node => ["strong", "em", "p code", "s", "ol > li > ul > li", "th", "td.at-end", "blockquote p", "pre code"].map(selector => node.querySelector(selector).textContent)), ["bold", "italic", "code", "gone", "inner one", "machine", "81.4", "quoted", 'print("<b>")']);
    assert.deepEqual(await shown.evaluate(node => [...node.querySelectorAll("a")].map(link => link.href)), ["https://example.com/a", "https://example.org/b"]);
    await page.click("button[aria-label='Copy the code']");
    await page.waitForFunction(() => document.querySelector("[role=status]").textContent.trim() === "Copied");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'print("<b>")');
    await seen.look("markdown-rich");
    await seen.end();
}

function eventsOf(text) {
    const chunk = (delta, finish = null) => `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } })}\n\n`;
    return `${chunk({ role: "assistant", content: "" })}${[...text].map(letter => chunk({ content: letter })).join("")}${chunk({}, "stop")}${usage}data: [DONE]\n\n`;
}
