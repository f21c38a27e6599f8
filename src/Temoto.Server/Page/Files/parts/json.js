// A value of JSON as people read it: names and values, lists within lists.
import { el } from "../base/dom.js";
import { say } from "../base/language.js";

export function jsonNode(value) {
    if (Array.isArray(value))
        return value.length === 0 ? empty("empty_list") : el("ol", { class: "value-list" }, value.map(item => el("li", {}, jsonNode(item))));
    if (value !== null && typeof value === "object") {
        const members = Object.entries(value);
        return members.length === 0 ? empty("empty_object") : el("dl", { class: "value-members" }, members.map(([name, member]) => el("div", {}, el("dt", {}, name), el("dd", {}, jsonNode(member)))));
    }
    return el("span", { class: `value ${value === null ? "null" : typeof value}` }, typeof value === "string" ? value : JSON.stringify(value));
}

const empty = key => say(el("span", { class: "value null" }), key);

/** JSON with line breaks where it is JSON, else the text as it is. */
export function pretty(text) {
    try {
        return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
        return text;
    }
}
