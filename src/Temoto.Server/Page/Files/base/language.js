// Which language the page speaks. Every text that is shown remembers its key, so that a switch says all of them again in place.
import { keep, kept } from "./storage.js";
import { languages, texts } from "./texts.js";

const name = "temoto.language";
const said = new WeakMap();
let current = 0;

export const language = () => languages[current];

/** The other language, of which there is one. */
export const otherLanguage = () => languages[(current + 1) % languages.length];

export function startLanguage() {
    const wanted = [kept(name, null), ...(navigator.languages ?? []), "en"].filter(Boolean).map(tag => tag.slice(0, 2).toLowerCase());
    current = languages.indexOf(wanted.find(tag => languages.includes(tag)));
    document.documentElement.lang = language();
}

export function setLanguage(tag) {
    current = languages.indexOf(tag);
    keep(name, tag);
    document.documentElement.lang = tag;
    for (const node of document.querySelectorAll("[data-said]"))
        for (const [slot, [key, values]] of said.get(node) ?? [])
            write(node, slot, key, values);
    document.dispatchEvent(new Event("language"));
}

/** The text of a key, with its values in place; numbers are written as the language writes them. */
export function text(key, values = {}) {
    if (!(key in texts))
        throw new Error(`no text ${key}`);
    const [one, many = one] = texts[key][current].split("|");
    return (values.count === 1 ? one : many).replace(/\{(\w+)\}/g, (_, value) => {
        const given = values[value];
        return typeof given === "number" ? number(given) : given;
    });
}

export function number(value, digits = 0, least = digits) {
    return new Intl.NumberFormat(language(), { maximumFractionDigits: digits, minimumFractionDigits: least }).format(value);
}

/** Gives a node a text that follows the language. */
export const say = (node, key, values) => sayIn(node, "", key, values);

/** Gives a node an attribute that follows the language. */
export const sayAs = (node, attribute, key, values) => sayIn(node, attribute, key, values);

/** Takes a text back that `say` gave. */
export function unsay(node) {
    said.get(node)?.delete("");
    node.textContent = "";
    return node;
}

function sayIn(node, slot, key, values) {
    if (!said.has(node))
        said.set(node, new Map());
    said.get(node).set(slot, [key, values]);
    node.setAttribute("data-said", "");
    write(node, slot, key, values);
    return node;
}

function write(node, slot, key, values) {
    if (slot === "")
        node.textContent = text(key, values);
    else
        node.setAttribute(slot, text(key, values));
}
