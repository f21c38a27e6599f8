// A server that goes and comes back: the page says so, loses nothing, and goes on by itself.
import assert from "node:assert/strict";

export default async function ({ servers, visit, line }) {
    const wire = await line(servers.demo);
    const seen = await visit(wire.url);
    const { page } = seen;
    seen.mayFail = true;
    await wire.cut();
    await page.fill(".composer textarea", "What are you?");
    await page.press(".composer textarea", "Control+Enter");
    await page.waitForSelector(".failed .notice");
    assert.match(await page.innerText(".banner p"), /^The server does not answer\./);
    assert.equal(await page.innerText(".server-state"), "No answer");
    assert.deepEqual(await seen.texts(".said"), ["What are you?"]);
    await seen.look("gone");
    await wire.mend();
    await page.waitForSelector(".server-state.ready");
    assert.equal(await page.locator(".banner").isVisible(), false);
    assert.equal((await page.innerText("[role=status]")).trim(), "The server answers again.");
    await page.click(".failed .primary");
    await seen.whole();
    const answer = await page.innerText(".message.assistant > .prose");

    // It goes within an answer: what has come stays.
    wire.holdAfter(8);
    await page.fill(".composer textarea", "Summarize the status line in one sentence: pump P-7 running; temp 81.4 °C high; flow 12.5 L/min");
    await page.press(".composer textarea", "Control+Enter");
    await page.waitForFunction(() => [...document.querySelectorAll(".message.assistant")].at(-1).querySelector(":scope > .prose").textContent.length > 3);
    await wire.cut();
    await page.waitForSelector(".failed .notice");
    assert.match(await page.innerText(".failed .notice"), /^The connection broke off within the answer\./);
    assert.equal((await seen.texts(".figures .end")).at(-1), "broke off");
    await seen.look("broken-off");
    wire.release();
    await wire.mend();
    await page.waitForSelector(".server-state.ready");
    await page.click(".failed .primary");
    await page.waitForFunction(() => document.querySelectorAll(".message.assistant .end").length === 0 && document.querySelectorAll(".message.assistant .figures").length === 2);
    assert.equal((await seen.texts(".message.assistant > .prose"))[0], answer);

    // The live view stands still meanwhile, and goes on.
    await seen.to("live");
    await page.waitForFunction(() => document.querySelector(".figure").textContent !== "—");
    await wire.cut();
    await page.waitForSelector(".server-state.gone");
    await wire.mend();
    await page.waitForSelector(".server-state.ready");
    await seen.end();
    await wire.end();
}
