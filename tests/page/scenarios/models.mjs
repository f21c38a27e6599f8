// A server of several models: one is chosen in the head, is loaded, and answers from then on.
import assert from "node:assert/strict";

export default async function ({ servers, visit }) {
    // Until the other one is loaded the server says that it is not.
    const seen = await visit(servers.several, true);
    const { page } = seen;
    const asked = [];
    page.on("request", request => request.url().endsWith("/chat/completions") && asked.push(JSON.parse(request.postData()).model));
    const choice = page.locator(".server-state select");
    assert.deepEqual(await choice.locator("option").allInnerTexts(), ["small", "a-model-of-a-rather-long-name"]);
    assert.equal(await choice.inputValue(), "small");
    await seen.ask("What are you?");
    await choice.selectOption("a-model-of-a-rather-long-name");
    await page.waitForFunction(() => document.querySelector(".server-state.ready select")?.value === "a-model-of-a-rather-long-name");
    await seen.look("models");
    await page.fill(".composer textarea", "What are you?");
    await page.press(".composer textarea", "Control+Enter");
    await page.waitForFunction(() => !document.querySelector("[aria-busy=true]") && document.querySelectorAll(".message.assistant .figures").length === 2);
    assert.deepEqual(asked, ["small", "a-model-of-a-rather-long-name"]);
    await seen.to("live");
    await page.waitForFunction(() => [...document.querySelectorAll(".figure")].some(figure => figure.textContent === "a-model-of-a-rather-long-name"));
    await seen.look("models-live");
    await seen.end();
}
