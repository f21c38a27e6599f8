// A question and its answer: it comes piece by piece, can be stopped, asked again and edited; a screen reader hears two sentences of it.
import assert from "node:assert/strict";

const question = "Summarize the status line in one sentence: pump P-7 running; temp 81.4 °C high; flow 12.5 L/min";

export default async function ({ servers, visit, line }) {
    const wire = await line(servers.demo);
    const seen = await visit(wire.url);
    const { page } = seen;
    await page.evaluate(() => {
        globalThis.told = [];
        new MutationObserver(() => told.push(document.querySelector("[role=status]").textContent)).observe(document.querySelector("[role=status]"), { childList: true });
    });

    // It streams: a part is there while the rest is held up.
    wire.holdAfter(8);
    await page.fill(".composer textarea", question);
    await page.press(".composer textarea", "Control+Enter");
    await page.waitForFunction(() => document.querySelector(".message.assistant > .prose")?.textContent.length > 3);
    const part = await page.innerText(".message.assistant > .prose");
    assert.equal(await page.getAttribute(".message.assistant", "aria-busy"), "true");
    await seen.look("answer-coming");
    wire.release();
    await seen.whole();
    const whole = await page.innerText(".message.assistant > .prose");
    assert.ok(whole.startsWith(part) && whole.length > part.length, `${part} | ${whole}`);
    assert.match(await page.innerText(".figures"), /tokens.*per token/s);
    const told = await page.evaluate(() => globalThis.told);
    assert.deepEqual(told, ["The answer begins.", `Answer: ${whole}`]);

    // Stopped within an answer, it stays as far as it is: by Escape, and by the button.
    for (const stop of [() => page.keyboard.press("Escape"), () => page.click(".composer .primary")]) {
        const before = wire.left;
        wire.holdAfter(8);
        await page.fill(".composer textarea", question);
        await page.press(".composer textarea", "Control+Enter");
        await page.waitForFunction(() => [...document.querySelectorAll(".message.assistant")].at(-1).querySelector(":scope > .prose").textContent.length > 3);
        assert.equal(await page.getAttribute(".composer .primary", "aria-label"), "Stop");
        await stop();
        await page.waitForFunction(() => [...document.querySelectorAll(".message.assistant")].at(-1).querySelector(".figures .end")?.textContent === "stopped");
        const stopped = (await seen.texts(".message.assistant > .prose")).at(-1);
        assert.ok(stopped.length > 3 && stopped.length < whole.length, stopped);
        while (wire.left === before)
            await new Promise(setImmediate);
        wire.release();
        assert.equal((await seen.texts(".message.assistant > .prose")).at(-1), stopped);
        assert.equal(await page.getAttribute(".composer .primary", "aria-label"), "Send");
    }

    // Asked again, the last answer is another one in the same place.
    await page.click(".message.assistant:last-child button[aria-label='Answer again']");
    await seen.whole();
    assert.equal(await page.locator(".message").count(), 6);
    assert.equal(await page.locator(".message:last-child .end").count(), 0);

    // Edited, a question takes what followed with it; Escape leaves it as it was.
    await page.click(".message.user >> nth=0 >> button[aria-label='Edit']");
    await page.fill(".said textarea", "nothing of this");
    await page.press(".said textarea", "Escape");
    assert.equal(await page.innerText(".message.user .said >> nth=0"), question);
    await page.click(".message.user >> nth=0 >> button[aria-label='Edit']");
    await seen.look("editing");
    await page.fill(".said textarea", "What are you?");
    await page.press(".said textarea", "Control+Enter");
    await page.waitForFunction(() => document.querySelectorAll(".message").length === 2);
    await seen.whole();
    assert.equal(await page.innerText(".message.user .said"), "What are you?");
    assert.notEqual(await page.innerText(".message.assistant > .prose"), whole);

    // Longer than the context, the oldest turns are left out, and the page says so.
    seen.mayFail = true;
    for (let turn = 0; turn < 12; turn++)
        await seen.ask(`${turn}: ${question} ${question}`);
    assert.match((await seen.texts(".figures")).at(-1), /\d+ old messages left out to fit/);
    await seen.end();
    await wire.end();
}
