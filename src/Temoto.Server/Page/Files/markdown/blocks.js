// Markdown's blocks: lines become headings, lists, tables, quotes, code and paragraphs, as data. HTML is text.
import { inlineOf } from "./inline.js";

/** Quotes and lists within each other; deeper ones are paragraphs. */
const mostDepth = 10;

const fence = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$/;
const heading = /^ {0,3}(#{1,6})(?: (.*))?$/;
const rule = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const quote = /^ {0,3}>[ ]?(.*)$/;
const item = /^( {0,3})([-*+]|\d{1,9}[.)])(?:([ \t]+)(.*))?$/;
const divider = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** Blocks, each with the lines that it was made of (`source`). */
export function blocksOf(source) {
    return new Blocks(source.replaceAll("\r\n", "\n").replaceAll("\t", "    ").split("\n"), 0).run();
}

class Blocks {
    #at = 0;

    constructor(lines, depth) {
        this.lines = lines;
        this.depth = depth;
    }

    run() {
        const blocks = [];
        while (this.#at < this.lines.length) {
            if (this.#line().trim() === "") {
                this.#at++;
                continue;
            }
            const begin = this.#at;
            const block = this.#block();
            block.source = this.lines.slice(begin, this.#at).join("\n");
            blocks.push(block);
        }
        return blocks;
    }

    #line() {
        return this.lines[this.#at];
    }

    #block() {
        const line = this.#line();
        if (fence.test(line))
            return this.#code(fence.exec(line));
        if (heading.test(line))
            return this.#heading(heading.exec(line));
        if (rule.test(line)) {
            this.#at++;
            return { type: "rule" };
        }
        if (this.depth < mostDepth && quote.test(line))
            return this.#quote();
        if (this.depth < mostDepth && item.test(line))
            return this.#list(item.exec(line));
        if (this.#isTable())
            return this.#table();
        return this.#paragraph();
    }

    #code([, mark, language]) {
        const lines = [];
        const end = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}[ \\t]*$`);
        for (this.#at++; this.#at < this.lines.length && !end.test(this.#line()); this.#at++)
            lines.push(this.#line());
        this.#at++;
        return { type: "code", language, text: lines.join("\n") };
    }

    #heading([, marks, text = ""]) {
        this.#at++;
        return { type: "heading", level: marks.length, children: inlineOf(withoutMarks(text)) };
    }

    #quote() {
        const lines = [];
        for (; this.#at < this.lines.length && quote.test(this.#line()); this.#at++)
            lines.push(quote.exec(this.#line())[1]);
        return { type: "quote", blocks: this.#within(lines) };
    }

    #list([, , first]) {
        const ordered = /\d/.test(first);
        const kind = first.at(-1);
        const items = [];
        while (this.#at < this.lines.length) {
            const begin = item.exec(this.#line());
            if (!begin || begin[2].at(-1) !== kind || rule.test(this.#line()))
                break;
            items.push(this.#within(this.#itemLines(begin)));
        }
        return { type: "list", ordered, start: ordered ? Number.parseInt(first, 10) : null, items };
    }

    /** The lines of an item, without its indentation: those that are indented as far, and empty ones between them. */
    #itemLines([, indent, mark, space = " ", text = ""]) {
        const width = indent.length + mark.length + (space.length > 4 ? 1 : space.length);
        const lines = [text];
        for (this.#at++; this.#at < this.lines.length; this.#at++) {
            const line = this.#line();
            const own = indentOf(line);
            if (line.trim() === "") {
                const next = this.#behindEmptyLines();
                if (next === this.lines.length || indentOf(this.lines[next]) < width)
                    break;
                lines.push("");
                this.#at = next - 1;
            } else if (own >= width) {
                lines.push(line.slice(width));
            } else if (own >= 2 && item.test(line.trimStart()) && own > indent.length) {
                // Models often indent by two where three are due.
                lines.push(line.slice(own));
            } else if (isBegin(line) || lines.at(-1) === "") {
                break;
            } else {
                lines.push(line.trimStart());
            }
        }
        const next = this.#behindEmptyLines();
        if (next < this.lines.length && item.test(this.lines[next]))
            this.#at = next;
        return lines;
    }

    /** The place of the next line that is not empty. */
    #behindEmptyLines() {
        let next = this.#at;
        while (next < this.lines.length && this.lines[next].trim() === "")
            next++;
        return next;
    }

    #isTable() {
        const next = this.lines[this.#at + 1];
        return this.#line().includes("|") && next !== undefined && next.includes("-") && divider.test(next) && cellsOf(this.#line()).length === cellsOf(next).length;
    }

    #table() {
        const head = cellsOf(this.#line()).map(inlineOf);
        const align = cellsOf(this.lines[this.#at + 1]).map(cell => cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "end") : "start");
        const rows = [];
        for (this.#at += 2; this.#at < this.lines.length && this.#line().includes("|") && this.#line().trim() !== ""; this.#at++) {
            const cells = cellsOf(this.#line());
            rows.push(head.map((_, column) => inlineOf(cells[column] ?? "")));
        }
        return { type: "table", head, align, rows };
    }

    #paragraph() {
        const lines = [this.#line().trim()];
        for (this.#at++; this.#at < this.lines.length && this.#line().trim() !== "" && !isBegin(this.#line()); this.#at++)
            lines.push(this.#line().trimStart());
        return { type: "paragraph", children: inlineOf(lines.join("\n").trimEnd()) };
    }

    #within(lines) {
        return new Blocks(lines, this.depth + 1).run();
    }
}

const indentOf = line => line.length - line.trimStart().length;

/** A heading's text without the marks that some write behind it, too. */
function withoutMarks(text) {
    const words = text.trim();
    let end = words.length;
    while (words[end - 1] === "#")
        end--;
    return end === 0 || words[end - 1] === " " ? words.slice(0, end).trimEnd() : words;
}

/** Whether a line begins something else than a paragraph. */
const isBegin = line => [fence, heading, rule, quote, item].some(form => form.test(line));

/** The cells of a row; a bar behind a backslash is text. */
function cellsOf(line) {
    const cells = line.trim().replace(/^\|/, "").split(/(?<!\\)\|/).map(cell => cell.trim().replaceAll("\\|", "|"));
    if (cells.length > 1 && cells.at(-1) === "")
        cells.pop();
    return cells;
}
