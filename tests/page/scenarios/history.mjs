// What was said is there again: after a reload, in another tab, as a file; and gone when it is deleted.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export default async function ({ servers, visit, isPhone, line }) {
    const wire = await line(servers.demo);
    const seen = await visit(wire.url);
    const { page } = seen;
    const openList = async () => isPhone && await page.click(".list-button");
    await seen.ask("What are you?");
    const answer = await page.innerText(".message.assistant > .prose");

    await page.reload();
    assert.deepEqual(await seen.texts(".said"), ["What are you?"]);
    assert.deepEqual(await seen.texts(".message.assistant > .prose"), [answer]);
    assert.equal(await page.innerText(".talk-title"), "What are you?");

    // A second one, and back to the first.
    await openList();
    await page.click("#conversations .primary");
    assert.equal(await page.locator(".message").count(), 0);
    await seen.ask("Which pump is hot?");
    await openList();
    assert.deepEqual(await seen.texts(".conversation"), ["Which pump is hot?", "What are you?"]);
    await seen.look("conversations");
    await page.click(".conversation >> nth=1");
    assert.deepEqual(await seen.texts(".message.assistant > .prose"), [answer]);

    // As files.
    const markdown = await saved(page, "Export as Markdown");
    assert.deepEqual(markdown, ["temoto-What-are-you.md", `# What are you?\n\n## You\n\nWhat are you?\n\n## Model\n\n${answer}\n`]);
    // On a phone the list has it, of all of them.
    if (isPhone)
        await page.click(".list-button");
    const [name, json] = await saved(page, isPhone ? "Export all" : "Export as JSON");
    assert.equal(name, isPhone ? "temoto-conversations.json" : "temoto-What-are-you.json");
    assert.ok(JSON.parse(json).conversations.some(({ messages }) => messages[1].content === answer));
    if (isPhone)
        await page.click(".list-button");

    // A page that goes within an answer keeps what has come of it.
    wire.holdAfter(8);
    await page.fill(".composer textarea", "Summarize the status line in one sentence: pump P-7 running; temp 81.4 °C high; flow 12.5 L/min");
    await page.press(".composer textarea", "Control+Enter");
    await page.waitForFunction(() => [...document.querySelectorAll(".message.assistant")].at(-1).querySelector(":scope > .prose").textContent.length > 3);
    await page.reload();
    wire.release();
    assert.equal(await page.locator(".message").count(), 4);
    assert.ok((await seen.texts(".message.assistant > .prose")).at(-1).length > 3);
    assert.match((await seen.texts(".figures .end")).at(-1), /^(stopped|broke off)$/);

    // Deleted, after a question that Escape answers with no.
    await page.click(".talk-head button[aria-label='Delete']");
    await seen.look("delete");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".message").count(), 4);
    await page.click(".talk-head button[aria-label='Delete']");
    await page.click("dialog .danger");
    await page.waitForFunction(() => document.querySelectorAll(".message").length === 0);
    await page.reload();
    await openList();
    assert.deepEqual(await seen.texts(".conversation"), ["Which pump is hot?"]);

    // What another version left there, or a hand, keeps nobody out.
    await page.evaluate(() => {
        localStorage.setItem("temoto.chat.broken", "{");
        localStorage.setItem("temoto.chat.odd", JSON.stringify({ id: "odd", messages: [{ role: 1 }] }));
        localStorage.setItem("temoto.settings", "[");
    });
    await page.reload();
    await openList();
    assert.equal(await page.locator(".conversation").count(), 1);

    await page.click("#conversations button:has-text('Delete all')");
    await page.click("dialog .danger");
    await page.waitForFunction(() => document.querySelectorAll(".conversation").length === 0);
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter(key => key.startsWith("temoto.chat."))), []);
    await seen.end();
    await wire.end();
}

async function saved(page, label) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: label, exact: true }).click()]);
    return [download.suggestedFilename(), readFileSync(await download.path(), "utf8")];
}
