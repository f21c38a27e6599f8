// Settings reach the request, and only those that were set.
import assert from "node:assert/strict";

export default async function ({ servers, visit }) {
    const seen = await visit(servers.demo);
    const { page } = seen;
    const requests = [];
    page.on("request", request => request.url().endsWith("/v1/chat/completions") && requests.push(request.postDataJSON()));
    await seen.ask("What are you?");
    assert.deepEqual(Object.keys(requests[0]).sort(), ["messages", "stream", "stream_options"]);

    await page.click("button[aria-label=Settings]");
    await page.fill("label:text-is('System prompt') ~ textarea", "Answer in one word.");
    await page.fill("label:text-is('Temperature') ~ input", "0.5");
    await page.fill("label:text-is('Top-p') ~ input", "0.9");
    await page.fill("label:text-is('Most tokens') ~ input", "5");
    await page.fill("label:text-is('Seed') ~ input", "7");
    await seen.look("settings-set");
    // The demo's template has no thoughts to turn off.
    assert.equal(await page.locator("label:text-is('Thinking')").isVisible(), false);
    await page.keyboard.press("Escape");
    await seen.ask("What are you?");
    const { messages, temperature, top_p, max_tokens, seed } = requests[1];
    assert.deepEqual([messages[0], temperature, top_p, max_tokens, seed], [{ role: "system", content: "Answer in one word." }, 0.5, 0.9, 5, 7]);
    assert.equal(messages.length, 4);
    assert.match((await seen.texts(".figures")).at(-1), /cut at the limit of tokens\s+5 tokens/);

    // What the server would refuse is told beside its field, and not kept.
    await page.reload();
    await page.click("button[aria-label=Settings]");
    assert.equal(await page.inputValue("label:text-is('Seed') ~ input"), "7");
    await page.fill("label:text-is('Temperature') ~ input", "9");
    assert.equal(await page.innerText("label:text-is('Temperature') ~ .fault"), "From 0 to 2");
    assert.equal(await page.getAttribute("label:text-is('Temperature') ~ input", "aria-invalid"), "true");
    await seen.look("settings-wrong");
    await page.keyboard.press("Escape");
    await seen.ask("What are you?");
    assert.equal(requests[2].temperature, 0.5);

    await page.click("button[aria-label=Settings]");
    await page.click("dialog[open] button:has-text('Back to the model')");
    await page.keyboard.press("Escape");
    await seen.ask("What are you?");
    assert.deepEqual(Object.keys(requests[3]).sort(), ["messages", "stream", "stream_options"]);

    // A model that only continues texts.
    await page.route("**/props", async route => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...await response.json(), has_chat_template: false } });
    });
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await page.waitForSelector(".server-state.ready");
    assert.match(await page.innerText(".welcome"), /^This model has no chat template/);
    await seen.look("no-chat");
    await seen.end();

    // A model that thinks, and whose template has the switch.
    const thinker = await visit(servers.scripted);
    const asked = [];
    thinker.page.on("request", request => request.url().endsWith("/v1/chat/completions") && asked.push(request.postDataJSON()));
    await thinker.ask("Weather?");
    assert.equal(await thinker.page.locator(".thoughts").getAttribute("open"), null);
    await thinker.page.click(".thoughts summary");
    assert.equal(await thinker.page.innerText(".thoughts .prose"), "They want the weather.");
    await thinker.look("thoughts");
    await thinker.page.click("button[aria-label=Settings]");
    await thinker.page.selectOption("label:text-is('Thinking') ~ select", "false");
    await thinker.page.keyboard.press("Escape");
    await thinker.ask("Weather?");
    assert.deepEqual(asked.map(request => request.chat_template_kwargs), [undefined, { enable_thinking: false, thinking: false }]);
    assert.equal((await thinker.texts(".message.assistant > .prose")).at(-1), "The sun shines.");
    await thinker.end();
}
