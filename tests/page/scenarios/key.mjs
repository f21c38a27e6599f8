// A server that asks for a key: the page comes without one, says what is missing, and knows a wrong one from a right one.
import assert from "node:assert/strict";

export default async function ({ servers, visit }) {
    const seen = await visit(servers.keyed, true);
    const { page } = seen;
    const open = [];
    // Questions without the key; the page's own files need none.
    page.on("request", request => request.headers().authorization !== `Bearer ${servers.key}` && !new URL(request.url()).pathname.startsWith("/page/") && open.push(request.url()));
    assert.match(await page.innerText(".banner p"), /^This server asks for a key\./);
    await seen.look("key");
    await page.fill(".banner input[type=password]", "wrong");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector(".banner p").textContent.startsWith("The server does not know this key."));
    assert.equal(await page.innerText(".banner .fault"), "Not known here");
    await seen.look("key-wrong");
    await page.fill(".banner input[type=password]", servers.key);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".server-state.ready");
    assert.equal(await page.locator(".banner").isVisible(), false);
    open.length = 0;
    await seen.ask("What are you?");
    await seen.to("live");
    await page.waitForFunction(() => document.querySelector(".figure").textContent !== "—");
    assert.deepEqual(open, []);

    // Kept for the tab; not for another one, unless somebody wishes so.
    await page.reload();
    await page.waitForSelector(".server-state.ready");
    await page.close();
    await seen.open();
    await seen.page.waitForSelector(".server-state.key");
    await seen.page.fill(".banner input[type=password]", servers.key);
    await seen.page.check("#remember-key");
    await seen.page.click(".banner .primary");
    await seen.page.waitForSelector(".server-state.ready");
    await seen.page.close();
    await seen.open();
    await seen.page.waitForSelector(".server-state.ready");
    await seen.page.click("button[aria-label=Settings]");
    await seen.page.click("button:has-text('Forget the key')");
    await seen.page.waitForSelector(".server-state.key");
    assert.equal(await seen.page.evaluate(() => JSON.stringify([localStorage, sessionStorage])).then(kept => kept.includes("temoto.key")), false);
    await seen.end();
}
