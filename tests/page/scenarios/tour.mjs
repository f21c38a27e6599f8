// Every view in both widths, colours and languages, judged and kept as a picture.
export const onEvery = true;

const questions = {
    en: ["What are you?", "Summarize the status line in one sentence: pump P-7 running; temp 81.4 °C high; flow 12.5 L/min"],
    ja: ["あなたは何ですか。", "ポンプP-7 運転中; 温度 81.4℃ 高い; 流量 12.5 L/min"],
};

export default async function ({ servers, visit, isPhone, language }) {
    const seen = await visit(servers.demo);
    const { page } = seen;
    await seen.look("welcome");
    for (const question of questions[language])
        await seen.ask(question);
    await seen.look("chat");
    await page.click(".talk-head > button:last-child");
    await seen.look("settings");
    await page.keyboard.press("Escape");
    if (isPhone) {
        await page.click(".list-button");
        await seen.look("list");
        await page.click(".list-button");
    }
    await seen.to("forms");
    await seen.look("forms");
    await page.click(".playground:not([hidden]) .primary");
    await page.waitForSelector(".verdict");
    await seen.look("forms-answer");
    await seen.to("tools");
    await page.selectOption(".playground:not([hidden]) select", ": read_sensor");
    await page.click(".playground:not([hidden]) .primary");
    await page.waitForSelector(".results");
    await seen.look("tools");
    await seen.to("live");
    await page.waitForFunction(() => document.querySelector(".chart-line").getAttribute("d").split("L").length > 2);
    await seen.look("live");
    await seen.end();
}
