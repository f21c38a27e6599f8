// What both playgrounds are written and asked with.
import { el } from "../base/dom.js";
import { say } from "../base/language.js";
import { wordButton } from "../parts/button.js";
import { growing } from "../parts/field.js";
import { isGenerating, stopGenerating } from "../parts/generating.js";

/** An area for JSON or a grammar. */
export const sourceArea = () => growing(el("textarea", { rows: "6", class: "source", spellcheck: "false", autocapitalize: "off", lang: "en" }));

/** Asks, and while something is being generated stops it. */
export function askButton(ask) {
    const button = wordButton("send", "ask", () => isGenerating() ? stopGenerating() : ask(), "primary");
    document.addEventListener("generating", () => say(button.querySelector("span"), isGenerating() ? "stop" : "ask"));
    return button;
}
