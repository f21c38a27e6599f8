// Five minutes without a mouse: everything is reached with Tab, seen when it has the focus, and done with Enter, arrows and Escape. The list of what was done stands in docs/page.md.
import assert from "node:assert/strict";

/** More presses than any place is away. */
const mostPresses = 80;

const question = "Summarize the status line in one sentence: pump P-7 running; temp 81.4 °C high; flow 12.5 L/min";

export default async function ({ servers, visit, line, isPhone }) {
    const wire = await line(servers.demo);
    const seen = await visit(wire.url);
    const { page } = seen;
    const steps = [];
    const step = async (words, work) => {
        await work();
        steps.push(`${steps.length + 1}. ${words}`);
    };
    const press = key => page.keyboard.press(key);
    const type = words => page.keyboard.insertText(words);
    // On a keyboard of glass Enter is a new line.
    const send = () => press(isPhone ? "Control+Enter" : "Enter");

    await step("Tab from the address: “Skip to the content” is the first stop; Enter goes past the bar.", async () => {
        await press("Tab");
        assert.equal(await focused(page), "Skip to the content");
        await press("Enter");
        assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    });
    await step("Tab to “Your message”, write, Enter: the answer comes; its end is read out once.", async () => {
        await tabTo(page, "Your message");
        await type("What are you?");
        await send();
        await seen.whole();
        assert.match(await page.innerText("[role=status]"), /^Answer: /);
        assert.equal(await focused(page), "Your message");
    });
    await step("Another question, Escape within the answer: it stops, and what has come stays.", async () => {
        wire.holdAfter(8);
        await type(question);
        await send();
        await page.waitForFunction(() => [...document.querySelectorAll(".message.assistant")].at(-1).querySelector(":scope > .prose").textContent.length > 3);
        await press("Escape");
        await page.waitForSelector(".figures .end");
        wire.release();
        assert.equal((await page.innerText("[role=status]")).trim(), "Stopped.");
    });
    await step("Shift+Tab to “Answer again”, Enter: the last answer is made anew.", async () => {
        await tabTo(page, "Answer again", "Shift+Tab");
        await press("Enter");
        await page.waitForFunction(() => !document.querySelector(".figures .end"));
        await seen.whole();
    });
    await step("Shift+Tab to “Edit” of the question, Enter, other words, Enter: it is asked again.", async () => {
        await page.focus(".composer textarea");
        await tabTo(page, "Edit", "Shift+Tab");
        await press("Enter");
        assert.equal(await focused(page), "Edit");
        await press("Control+a");
        await type("Which pump?");
        await send();
        await page.waitForFunction(() => [...document.querySelectorAll(".said")].at(-1).textContent === "Which pump?");
        await seen.whole();
        await page.waitForFunction(() => document.activeElement.closest(".composer"));
    });
    await step("Shift+Tab to “Settings”, Enter; Tab to “Temperature”, 0.5, Escape: the sheet closes and the focus is back on its button.", async () => {
        await tabTo(page, "Settings", "Shift+Tab");
        await press("Enter");
        await tabTo(page, "Temperature");
        await type("0.5");
        await press("Escape");
        assert.equal(await focused(page), "Settings");
        assert.equal(await page.evaluate(() => JSON.parse(localStorage["temoto.settings"]).temperature), 0.5);
    });
    await step("To “Forms”, Enter; arrow keys choose “Choices”; Tab to “Ask”, Enter: the answer is one of them, and that is read out.", async () => {
        await tabTo(page, "Forms", "Shift+Tab");
        await press("Enter");
        await tabTo(page, "JSON Schema");
        await press("ArrowRight");
        await press("ArrowRight");
        assert.equal(await focused(page), "Choices");
        await tabTo(page, "Ask");
        await press("Enter");
        await page.waitForSelector(".verdict");
        assert.equal(await page.innerText("[role=status]"), "It is one of the choices.");
    });
    await step("To “Tools”, Enter; “Choice” with the arrow keys; “Ask”: the place for the result of the call has the focus; words, Tab, “Send and go on”.", async () => {
        await tabTo(page, "Tools", "Shift+Tab");
        await press("Enter");
        await tabTo(page, "Choice");
        for (let at = 0; at < 3; at++)
            await press("ArrowDown");
        assert.equal(await page.evaluate(() => document.activeElement.value), ": read_sensor");
        await tabTo(page, "Ask");
        await press("Enter");
        await page.waitForSelector(".results");
        assert.equal(await focused(page), "Result of read_sensor");
        await type("81.4 °C");
        await tabTo(page, "Send and go on");
        await press("Enter");
        await page.waitForFunction(() => document.querySelectorAll(".playground:not([hidden]) .message.assistant").length === 2 && !document.querySelector("[aria-busy=true]"));
    });
    await step("To “Live”, Enter; Tab into it, End: it scrolls.", async () => {
        await tabTo(page, "Live", "Shift+Tab");
        await press("Enter");
        await page.waitForFunction(() => document.querySelector(".figure").textContent !== "—");
        await page.evaluate(() => document.querySelector(".live").scrollTop = 0);
        await tabTo(page, "Live, the view");
        await press("End");
        await page.waitForFunction(() => document.querySelector(".live").scrollTop > 0 || document.querySelector(".live").scrollHeight <= document.querySelector(".live").clientHeight);
    });
    await step("To “日本語” and back, and to the other colours, with Enter.", async () => {
        await tabTo(page, "日本語", "Shift+Tab");
        await press("Enter");
        assert.equal(await page.getAttribute("html", "lang"), "ja");
        await press("Enter");
        const theme = await page.getAttribute("html", "data-theme");
        await press("Tab");
        await press("Enter");
        assert.notEqual(await page.getAttribute("html", "data-theme"), theme);
    });
    await step("To “Chat”, Enter; “Delete”, Enter: the question has the focus on “Cancel”; Tab, Enter: the conversation is gone, and the focus is where the next one is written.", async () => {
        await tabTo(page, "Chat", "Shift+Tab");
        await press("Enter");
        await tabTo(page, "Delete");
        await press("Enter");
        assert.equal(await focused(page), "Cancel");
        await press("Tab");
        await press("Enter");
        await page.waitForFunction(() => document.querySelectorAll(".messages .message").length === 0 && document.activeElement.closest(".composer"));
    });
    await seen.end();
    await wire.end();
    return steps.join("\n");
}

/** What has the focus, by what a screen reader calls it. */
function focused(page) {
    return page.evaluate(() => {
        const node = document.activeElement;
        const name = node.getAttribute("aria-label") ?? node.labels?.[0]?.textContent ?? node.textContent;
        return node.matches("section") ? `${name}, the view` : name.trim();
    });
}

/** Presses until a place has the focus; each on the way must be seen. */
async function tabTo(page, name, key = "Tab") {
    for (let presses = 0; presses < mostPresses; presses++) {
        await page.keyboard.press(key);
        const place = await focused(page);
        const isSeen = await page.evaluate(() => {
            const node = document.activeElement;
            // A radio's label and the composer's line show it in its place.
            const shown = node.type === "radio" ? node.nextElementSibling : node.closest(".composer-line") && node.matches("textarea") ? node.closest(".composer-line") : node;
            const { outlineStyle, outlineWidth } = getComputedStyle(shown);
            const box = shown.getBoundingClientRect();
            return node === document.body || outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
        });
        assert.ok(isSeen, `the focus on "${place}" is not seen`);
        if (place === name)
            return;
    }
    assert.fail(`"${name}" is not reached with ${key}`);
}
