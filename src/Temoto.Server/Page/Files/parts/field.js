// Fields with their labels, hints and faults: what is seen beside a field is also read with it.
import { el, newId } from "../base/dom.js";
import { say, unsay } from "../base/language.js";

/** A field under its label. `hintKey` says more, `fault` is said until the next change. */
export function field(labelKey, input, hintKey = null) {
    input.id ||= newId();
    const hint = hintKey && say(el("p", { class: "hint", id: newId() }), hintKey);
    const fault = el("p", { class: "fault", id: newId(), hidden: true });
    input.setAttribute("aria-describedby", [hint?.id, fault.id].filter(Boolean).join(" "));
    const box = el("div", { class: "field" }, say(el("label", { for: input.id }), labelKey), hint, input, fault);
    return {
        box,
        input,
        fail(key, values) {
            say(fault, key, values);
            show(true);
        },
        /** With words that are in no table: the server's. */
        failWith(words) {
            unsay(fault).textContent = words;
            show(true);
        },
        clear: () => show(false),
    };

    function show(isWrong) {
        fault.hidden = !isWrong;
        if (isWrong)
            input.setAttribute("aria-invalid", "true");
        else
            input.removeAttribute("aria-invalid");
    }
}

/** A choice of one; `options` are pairs of a value and the key of its text, or its text where `own` is set. */
export function choice(options, value) {
    const select = el("select", {}, options.map(([option, key, own]) => own ? el("option", { value: option }, own) : say(el("option", { value: option }), key)));
    select.value = value;
    return select;
}

/** Lets an area grow with its text, up to what the style allows. */
export function growing(area) {
    const fit = () => {
        area.style.height = "auto";
        area.style.height = `${area.scrollHeight + 2}px`;
    };
    area.addEventListener("input", fit);
    area.fit = fit;
    return area;
}

/** Whether Enter is to send: not within a word that an input method is still making, and not on a keyboard of glass, where it is the only way to a new line. */
export function isSend(event) {
    return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229 && !(matchMedia("(pointer: coarse)").matches && !event.ctrlKey && !event.metaKey);
}
