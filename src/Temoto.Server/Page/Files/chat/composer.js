// Where a question is written: it grows with the text, Enter sends, and while an answer comes the same button stops it.
import { el } from "../base/dom.js";
import { say, sayAs } from "../base/language.js";
import { iconButton, redress } from "../parts/button.js";
import { growing, isSend } from "../parts/field.js";
import { isGenerating, stopGenerating } from "../parts/generating.js";

/** @param send takes the words of a question. */
export function composer(send) {
    const area = sayAs(growing(el("textarea", { rows: "1", autocomplete: "off", "aria-describedby": "composer-hint" })), "placeholder", "ask_something");
    sayAs(area, "aria-label", "your_message");
    const button = iconButton("send", "send", () => isGenerating() ? stopGenerating() : submit(), {}, "primary");
    area.addEventListener("keydown", event => {
        if (!isSend(event))
            return;
        event.preventDefault();
        submit();
    });
    document.addEventListener("generating", () => redress(button, isGenerating() ? "stop" : "send", isGenerating() ? "stop" : "send"));
    const node = el("form", { class: "composer", on: { submit: event => event.preventDefault() } },
        el("div", { class: "composer-line" }, area, button),
        say(el("p", { class: "hint", id: "composer-hint" }), "composer_hint"));
    return { node, focus: () => area.focus(), fill };

    function fill(words) {
        area.value = words;
        area.fit();
        area.focus();
    }

    function submit() {
        const words = area.value.trim();
        if (words === "" || isGenerating())
            return;
        fill("");
        send(words);
    }
}
