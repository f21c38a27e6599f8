// The playground of forms: whatever the model would say, the answer is of the form, and the page reads it.
import assert from "node:assert/strict";

const ask = async page => {
    await page.click(".playground:not([hidden]) .primary");
    await page.waitForSelector(".verdict");
};

export default async function ({ servers, visit }) {
    const seen = await visit(servers.demo);
    const { page } = seen;
    const area = page.locator(".playground:not([hidden]) textarea.source");
    await seen.to("forms");
    await ask(page);
    assert.equal(await page.innerText(".verdict"), "It parses, and is of the schema:");
    assert.deepEqual(await seen.texts(".value-members dt"), ["machine", "severity", "cause", "stop"]);
    const said = JSON.parse(await page.innerText(".output .message .source"));
    assert.deepEqual((await seen.texts(".value-members dd")), Object.values(said).map(String));
    assert.ok(["P-3", "P-7"].includes(said.machine));
    await seen.look("form-schema");

    await page.check("input[value=choices]");
    await ask(page);
    assert.equal(await page.innerText(".verdict"), "It is one of the choices.");
    assert.ok(["run on", "watch it", "stop now"].includes(await page.innerText(".output .message .source")));
    await page.check("input[value=grammar]");
    await ask(page);
    assert.match(await page.innerText(".output .message .source"), /^P-[1-9]: (running|stopped), [0-9]{2} C$/);

    // What is no JSON does not leave the page; what the server does not take is told in its words, beside the form.
    await page.check("input[value=schema]");
    await area.fill("{");
    await page.click(".playground:not([hidden]) .primary");
    assert.match(await page.innerText(".playground:not([hidden]) .fault:visible"), /^This is no JSON: /);
    assert.equal(await area.evaluate(node => node === document.activeElement), true);
    seen.mayFail = true;
    await area.fill('{"type": "array", "uniqueItems": true}');
    await page.click(".playground:not([hidden]) .primary");
    await page.waitForSelector(".output .notice.bad");
    assert.match(await page.innerText(".playground:not([hidden]) .fault:visible"), /uniqueItems/);
    await seen.look("form-refused");

    // An answer that is cut is the beginning of one.
    await page.click(".playground:not([hidden]) button:has-text('Example')");
    await page.evaluate(() => localStorage.setItem("temoto.settings", '{"max_tokens": 4}'));
    await ask(page);
    assert.match(await page.innerText(".verdict"), /^It is the beginning/);
    await seen.end();
}
