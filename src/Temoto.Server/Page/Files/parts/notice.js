// Lines that tell what went wrong, in the page's words, with the server's own beside them.
import { announce, tell } from "../base/announce.js";
import { el } from "../base/dom.js";
import { say, text } from "../base/language.js";

/** A line for what a question met; it is told to screen readers too. */
export function faultNotice(fault) {
    const key = `fault_${fault.kind}`;
    const values = { seconds: fault.retryAfterSeconds ?? 1 };
    const showsOwn = (fault.kind === "refused" || fault.kind === "context") && fault.message !== "";
    if (showsOwn)
        tell(`${text(key, values)} ${fault.message}`);
    else
        announce(key, values);
    return el("div", { class: "notice bad" }, say(el("p"), key, values), showsOwn && el("p", { class: "own", lang: "en" }, fault.message));
}

/** A line that is good to know. */
export const hint = (key, values) => say(el("p", { class: "notice" }), key, values);
