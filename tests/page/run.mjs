// Runs a scenario: `node run.mjs NAME '{"demo": URL, "scripted": URL, "keyed": URL, "several": URL, "key": KEY, "shots": FOLDER}'`. What fails is thrown; what a scenario has to say is printed.
import { Line } from "./line.mjs";
import { desk, launch, phone, Visit } from "./browser.mjs";

const [name, given] = process.argv.slice(2);
const { default: scenario, onEvery } = await import(`./scenarios/${name}.mjs`);
const servers = JSON.parse(given);
const browser = await launch();
let onTrouble;
const trouble = new Promise((_, reject) => onTrouble = reject);
try {
    // Light on the desk, dark on the phone; a scenario that is to see all of them says so.
    const windows = onEvery
        ? [desk, phone].flatMap(size => [false, true].flatMap(dark => ["en", "ja"].map(language => ({ size, dark, language }))))
        : [{ size: desk, dark: false }, { size: phone, dark: true }];
    const said = new Set();
    for (const window of windows)
        said.add(await Promise.race([trouble, scenario({
            servers,
            isPhone: window.size === phone,
            language: window.language ?? "en",
            line: Line.to,
            visit: (url, mayFail) => Visit.begin(browser, url, { ...window, mayFail, onTrouble, shots: servers.shots }),
        })]));
    // The same in every window.
    for (const words of said)
        if (words)
            console.log(words);
} finally {
    // What waits on in a scenario that has failed must not keep the process.
    await browser.close();
}
process.exit();
