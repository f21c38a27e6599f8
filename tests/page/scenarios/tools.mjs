// The playground of tools: the model calls, a person answers for the tool, the model goes on. Held to a schema that leaves one thing to say, the call is certain.
import assert from "node:assert/strict";

const tool = { type: "function", function: { name: "get_weather", parameters: { type: "object", properties: { city: { enum: ["Oslo"] } }, required: ["city"], additionalProperties: false } } };

export default async function ({ servers, visit }) {
    const seen = await visit(servers.demo);
    const { page } = seen;
    const requests = [];
    page.on("request", request => request.url().endsWith("/v1/chat/completions") && requests.push(request.postDataJSON()));
    await seen.to("tools");
    const playground = page.locator(".playground:not([hidden])");
    await playground.locator("textarea.source").fill(JSON.stringify([tool]));
    await playground.locator("select").selectOption(": get_weather");
    await playground.locator(".primary").click();
    await page.waitForSelector(".results textarea");
    assert.equal(await page.innerText(".call code >> nth=0"), "get_weather");
    assert.deepEqual(JSON.parse(await page.innerText(".call pre")), { city: "Oslo" });
    // The place for the result has the focus.
    assert.equal(await page.locator(".results textarea").evaluate(node => node === document.activeElement), true);
    await seen.look("tool-call");
    await page.fill(".results textarea", "-3 °C");
    await page.click(".results .primary");
    await page.waitForFunction(() => document.querySelectorAll(".output .message.assistant").length === 2 && !document.querySelector("[aria-busy=true]"));
    const [first, second] = requests;
    assert.deepEqual(first.tool_choice, { type: "function", function: { name: "get_weather" } });
    assert.equal(second.tool_choice, "auto");
    const [, call, result] = second.messages;
    assert.deepEqual(call.tool_calls.map(({ id, function: { name, arguments: given } }) => [typeof id, name, JSON.parse(given)]), [["string", "get_weather", { city: "Oslo" }]]);
    assert.deepEqual(result, { role: "tool", content: "-3 °C", tool_call_id: call.tool_calls[0].id });
    await seen.look("tool-answer");

    await playground.locator("textarea.source").fill("[{]");
    await playground.locator(".primary >> nth=0").click();
    assert.match(await page.innerText(".playground:not([hidden]) .fault:visible"), /^This is no JSON: /);
    await seen.end();

    // Thoughts, a text and two calls in one answer, all as the model's own marks had them.
    const scripted = await visit(servers.scripted);
    await scripted.to("tools");
    const second_tool = { type: "function", function: { name: "get_time" } };
    await scripted.page.locator(".playground:not([hidden]) textarea.source").fill(JSON.stringify([{ ...tool, function: { name: "get_weather" } }, second_tool]));
    await scripted.page.locator(".playground:not([hidden]) .primary").click();
    await scripted.page.waitForSelector(".results textarea");
    assert.deepEqual(await scripted.texts(".call-name code"), ["get_weather", "get_time"]);
    assert.equal(await scripted.page.innerText(".output .message.assistant > .prose"), "Let me look.");
    assert.equal(await scripted.page.locator(".results textarea").count(), 2);
    assert.equal(await scripted.page.locator(".output .thoughts").isVisible(), true);
    await scripted.look("tool-calls");
    await scripted.end();
}
