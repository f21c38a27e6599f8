// Languages and colours: the browser's first, then what was chosen, also after a reload.
import assert from "node:assert/strict";

export default async function ({ servers, visit }) {
    const seen = await visit(servers.demo);
    const { page } = seen;
    const lang = () => page.getAttribute("html", "lang");
    const theme = () => page.getAttribute("html", "data-theme");
    await seen.ask("What are you?");
    assert.equal(await lang(), "en");
    await page.click(".language");
    assert.equal(await lang(), "ja");
    assert.equal(await page.innerText(".message.user h3"), "あなた");
    assert.equal(await page.title(), "チャット – Temoto");
    assert.equal(await page.getAttribute(".composer textarea", "placeholder"), "質問を書いてください");
    for (const view of ["forms", "tools", "live"]) {
        await seen.to(view);
        // No sentence of the other language is left behind.
        assert.doesNotMatch(await page.innerText("main > section:not([hidden])"), /[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}/);
    }
    await page.reload();
    assert.equal(await lang(), "ja");
    await page.click(".language");
    assert.equal(await lang(), "en");

    const first = await theme();
    const switchTheme = () => page.click(first === "dark" ? "button[aria-label='Light colours']" : "button[aria-label='Dark colours']");
    await switchTheme();
    const second = first === "dark" ? "light" : "dark";
    assert.equal(await theme(), second);
    await page.reload();
    assert.equal(await theme(), second);
    await seen.look("other-colours");
    // Back at the system's, the system leads again.
    await page.click(second === "dark" ? "button[aria-label='Light colours']" : "button[aria-label='Dark colours']");
    await page.emulateMedia({ colorScheme: second });
    await page.waitForFunction(wanted => document.documentElement.dataset.theme === wanted, second);
    await seen.end();
}
