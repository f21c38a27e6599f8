// Markdown on the page. Nodes are made one by one, so nothing that a model writes is ever read as HTML.
import { copy } from "../base/copying.js";
import { el } from "../base/dom.js";
import { sayAs } from "../base/language.js";
import { wordButton } from "../parts/button.js";
import { blocksOf } from "./blocks.js";

/** Headings of an answer lie below those of the page. */
const headingOffset = 3;

/**
 * Shows a text in a node. Blocks whose source has not changed stay as they are: a growing answer makes only its last block anew, and what is selected stays selected.
 */
export function showMarkdown(node, source) {
    const blocks = blocksOf(source);
    const shown = [...node.children];
    let same = 0;
    while (same < blocks.length && same < shown.length && shown[same].markdown === blocks[same].source)
        same++;
    for (const old of shown.slice(same))
        old.remove();
    for (const block of blocks.slice(same)) {
        const made = blockNode(block);
        made.markdown = block.source;
        node.append(made);
    }
}

function blockNode(block) {
    switch (block.type) {
        case "heading": return el(`h${Math.min(6, block.level + headingOffset)}`, { class: `level-${block.level}` }, inlineNodes(block.children));
        case "rule": return el("hr");
        case "quote": return el("blockquote", {}, block.blocks.map(blockNode));
        case "list": return listNode(block);
        case "table": return tableNode(block);
        case "code": return codeNode(block);
        default: return el("p", {}, inlineNodes(block.children));
    }
}

function listNode({ ordered, start, items }) {
    const list = items.map(blocks => el("li", {}, blocks.length === 1 && blocks[0].type === "paragraph" ? inlineNodes(blocks[0].children) : blocks.map(blockNode)));
    return ordered ? el("ol", { start: start === 1 ? null : start }, list) : el("ul", {}, list);
}

function tableNode({ head, align, rows }) {
    const cells = (tag, row, attributes = {}) => row.map((cell, column) => el(tag, { class: `at-${align[column]}`, ...attributes }, inlineNodes(cell)));
    const table = el("table", {},
        el("thead", {}, el("tr", {}, cells("th", head, { scope: "col" }))),
        el("tbody", {}, rows.map(row => el("tr", {}, cells("td", row)))));
    // Wide tables scroll by themselves, also by keyboard.
    return sayAs(el("div", { class: "wide", role: "region", tabindex: "0" }, table), "aria-label", "table");
}

function codeNode({ language, text }) {
    const button = sayAs(wordButton("copy", "copy", () => copy(text)), "aria-label", "copy_code");
    return el("div", { class: "code" },
        el("div", { class: "code-head" }, el("span", {}, language), button),
        sayAs(el("pre", { tabindex: "0", role: "region" }, el("code", {}, text)), "aria-label", "code"));
}

function inlineNodes(nodes) {
    return nodes.map(node => {
        switch (node.type) {
            case "text": return node.text;
            case "break": return el("br");
            case "code": return el("code", {}, node.text);
            case "link": return el("a", { href: node.href, rel: "noopener noreferrer", target: "_blank" }, inlineNodes(node.children));
            case "strike": return el("s", {}, inlineNodes(node.children));
            default: return el(node.type, {}, inlineNodes(node.children));
        }
    });
}
