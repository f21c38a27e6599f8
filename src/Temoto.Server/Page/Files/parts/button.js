// Buttons: a picture with a label that everybody hears, or with one that everybody sees.
import { el } from "../base/dom.js";
import { icon } from "../base/icons.js";
import { say, sayAs } from "../base/language.js";

/** A picture only; `key` is its label and the hint of a mouse. */
export function iconButton(name, key, click, values, kind = "quiet") {
    const button = el("button", { type: "button", class: `${kind} only-icon`, on: { click } }, icon(name));
    sayAs(button, "aria-label", key, values);
    return sayAs(button, "title", key, values);
}

export function wordButton(name, key, click, kind = "quiet") {
    return el("button", { type: "button", class: kind, on: { click } }, name && icon(name), say(el("span"), key));
}

/** Gives a button another picture and label. */
export function redress(button, name, key) {
    button.querySelector("svg").replaceWith(icon(name));
    sayAs(button, "aria-label", key);
    sayAs(button, "title", key);
}
