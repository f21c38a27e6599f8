// A browser as people have it, and what is asked of every page that is seen in it: no complaint of the console, no request to anybody else, nothing wider than the window, nothing that keeps anybody out.
import { execSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What the browser itself says of an answer that is an error, where a scenario means it to be one. */
const expectedComplaint = /^Failed to load resource/;

export const desk = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

/** No time of the wall counts: what is awaited comes, or `./check` names the test that waits. */
const noTimeLimit = 0;

export async function launch() {
    const executablePath = execSync("command -v chromium || command -v chromium-browser || command -v google-chrome").toString().trim();
    return chromium.launch({ executablePath, args: ["--disable-gpu"] });
}

/** A window of a browser that has never been here. */
export class Visit {
    complaints = [];

    /** Errors of the server are a part of the scenario. */
    mayFail = false;

    static async begin(browser, url, { size = desk, dark = false, language = "en", shots, mayFail = false, onTrouble = () => {} }) {
        const visit = new Visit();
        Object.assign(visit, { url, size, shots, mayFail, onTrouble, name: `${size.width}-${dark ? "dark" : "light"}-${language}` });
        visit.context = await browser.newContext({ viewport: size, hasTouch: size.width < 600, isMobile: size.width < 600, colorScheme: dark ? "dark" : "light", locale: language === "ja" ? "ja-JP" : "en-GB", reducedMotion: "reduce", acceptDownloads: true });
        visit.context.setDefaultTimeout(noTimeLimit);
        await visit.open();
        return visit;
    }

    /** A tab more. */
    async open() {
        this.page = await this.context.newPage();
        this.page.on("console", message => ["error", "warning"].includes(message.type()) && this.#hear(message.text()));
        this.page.on("pageerror", error => this.#complain(`exception: ${error.stack}`));
        this.page.on("request", request => this.#isOurs(request.url()) || this.#complain(`asked ${request.url()}`));
        await this.page.goto(this.url);
        await this.page.waitForSelector(".server-state:not(.checking)");
    }

    async end() {
        await this.context.close();
        if (this.complaints.length > 0)
            throw new Error(`${this.name}: ${this.complaints.join("\n")}`);
    }

    /** Judges what is seen, and keeps a picture of it. */
    async look(state) {
        const { page } = this;
        await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
        const wide = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, window: innerWidth, beyond: [...document.querySelectorAll("body *")].filter(node => node.checkVisibility() && !node.closest(".wide, pre, svg, .unseen, .skip") && node.getBoundingClientRect().right > innerWidth + 0.5).map(node => `${node.tagName}.${node.className}`).slice(0, 5) }));
        if (wide.page > wide.window || wide.window > this.size.width || wide.beyond.length > 0)
            throw new Error(`${this.name} ${state}: wider than the window: ${JSON.stringify(wide)}`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        if (grave.length > 0)
            throw new Error(`${this.name} ${state}: ${grave.map(({ id, nodes }) => `${id}: ${nodes.map(node => `${node.html} (${node.any.concat(node.all).map(check => check.message).join("; ")})`).join(" | ")}`).join("\n")}`);
        mkdirSync(this.shots, { recursive: true });
        await page.screenshot({ path: path.join(this.shots, `${state}-${this.name}.png`) });
    }

    /** Asks in the chat, and waits for the whole answer. */
    async ask(words) {
        await this.page.fill(".composer textarea", words);
        await this.page.press(".composer textarea", "Control+Enter");
        await this.whole();
    }

    /** Until nothing is being generated. */
    whole() {
        return this.page.waitForFunction(() => !document.querySelector("[aria-busy=true]") && document.querySelector(".message.assistant .figures"));
    }

    /** The texts of all that fits. */
    texts(selector) {
        return this.page.locator(selector).allInnerTexts();
    }

    async to(view) {
        await this.page.click(`.tab[href="#${view}"]`);
    }

    #hear(words) {
        if (!(this.mayFail && expectedComplaint.test(words)))
            this.#complain(`console: ${words}`);
    }

    /** Told at once: what a scenario waits for may never come now. */
    #complain(words) {
        this.complaints.push(words);
        this.onTrouble(new Error(`${this.name}: ${words}`));
    }

    #isOurs(address) {
        return /^(data|blob|about):/.test(address) || new URL(address).origin === new URL(this.url).origin;
    }
}
