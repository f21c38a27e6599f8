// The live view shows what the server says, and asks only while somebody looks.
import assert from "node:assert/strict";

export default async function ({ servers, visit }) {
    const seen = await visit(servers.demo);
    const { page } = seen;
    await seen.ask("What are you?");
    let asked = 0;
    page.on("request", request => asked += request.url().endsWith("/metrics") ? 1 : 0);
    await page.clock.install();
    await seen.to("live");
    await page.waitForFunction(() => document.querySelector(".chart-line").getAttribute("d").split("L").length > 2);
    const row = label => page.innerText(`.live dt:text-is('${label}') ~ dd`);
    const metrics = await page.evaluate(async () => (await fetch("/metrics")).text());
    const props = await page.evaluate(async () => (await fetch("/props")).json());
    const sample = name => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)[1]);
    assert.equal(await row("Tokens generated"), sample("temoto_generated_tokens_total").toLocaleString("en"));
    assert.equal(await row("Threads"), String(props.threads));
    assert.equal(await row("Context, tokens"), String(props.context_tokens));
    const perToken = sample("temoto_decode_bytes_total") / sample("temoto_decoded_tokens_total");
    assert.equal(await page.innerText(".card.bytes_per_token .figure"), `${(perToken / 1e6).toFixed(1)} MB`);
    assert.ok(perToken >= props.traffic.least_bytes_per_token && perToken <= props.traffic.most_bytes_per_token, `${perToken}`);
    assert.equal(await page.locator("ul.slots li").count(), props.total_slots);
    await seen.look("live");
    // The page's clock leads: while somebody looks it asks once a second, in another view never.
    await Promise.all([page.waitForRequest(request => request.url().endsWith("/metrics")), page.clock.runFor(3_000)]);
    await seen.to("chat");
    const left = asked;
    await page.clock.runFor(10_000);
    assert.equal(asked, left);
    await seen.end();
}
