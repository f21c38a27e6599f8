// Marks within a line of Markdown: a text becomes nodes that are data. What is no well-formed mark stays the text that it is; each character is looked at a bounded number of times.

/** Openers that may wait for their end at a time. */
const mostOpen = 32;

/** Longest address of a link. */
const mostAddress = 2000;

const escapable = /[!-/:-@[-`{-~]/;
const letter = /[\p{L}\p{N}]/u;
const address = /https?:\/\/[^\s<>"'`()[\]{}|\\^。、，．「」『』（）]+/y;

/** Nodes of the types text, code, break, strong, em, strike (with `children`), link (with `href` and `children`). */
export function inlineOf(source) {
    return new Scanner(source).run();
}

class Scanner {
    #nodes = [];
    #open = [];
    #plain = "";
    #at = 0;
    /** Lengths of backtick runs behind which no such run comes any more. */
    #unclosed = new Set();

    constructor(source) {
        this.source = source;
    }

    run() {
        const { source } = this;
        while (this.#at < source.length) {
            const before = this.#at;
            if (!this.#mark(source[this.#at]) && this.#at === before)
                this.#plain += source[this.#at++];
        }
        this.#flush();
        // What nobody closed is text.
        for (const opener of this.#open.reverse())
            this.#nodes.splice(opener.index, 1, textNode(opener.mark));
        return joined(this.#nodes);
    }

    /** Reads a mark here; false where there is none. */
    #mark(character) {
        switch (character) {
            case "\\": return this.#escape();
            case "`": return this.#code();
            case "\n": return this.#break();
            case "*":
            case "_":
            case "~": return this.#emphasis(character);
            case "[": return this.#openLink("[");
            case "!": return this.source[this.#at + 1] === "[" && this.#openLink("![");
            case "]": return this.#closeLink();
            case "h": return this.#address();
            default: return false;
        }
    }

    #escape() {
        const next = this.source[this.#at + 1] ?? "";
        if (next === "\n") {
            this.#at++;
            return this.#break();
        }
        if (!escapable.test(next))
            return false;
        this.#plain += next;
        this.#at += 2;
        return true;
    }

    #code() {
        const length = this.#runLength("`");
        const end = this.#unclosed.has(length) ? -1 : this.#endOfCode(length);
        if (end < 0) {
            this.#unclosed.add(length);
            this.#plain += "`".repeat(length);
            this.#at += length;
            return true;
        }
        const inside = this.source.slice(this.#at + length, end).replaceAll("\n", " ");
        const padded = inside.startsWith(" ") && inside.endsWith(" ") && inside.trim() !== "";
        this.#put({ type: "code", text: padded ? inside.slice(1, -1) : inside });
        this.#at = end + length;
        return true;
    }

    #endOfCode(length) {
        const runs = /`+/g;
        runs.lastIndex = this.#at + length;
        for (let run = runs.exec(this.source); run; run = runs.exec(this.source))
            if (run[0].length === length)
                return run.index;
        return -1;
    }

    #break() {
        this.#plain = this.#plain.replace(/ +$/, "");
        this.#put({ type: "break" });
        this.#at++;
        return true;
    }

    #emphasis(character) {
        const run = this.#runLength(character);
        const [before, after] = [this.source[this.#at - 1] ?? " ", this.source[this.#at + run] ?? " "];
        // Underscores within a word are a part of it.
        const free = character !== "_" || [!letter.test(before), !letter.test(after)];
        const opens = after.trim() !== "" && (free === true || free[0]);
        const closes = before.trim() !== "" && (free === true || free[1]);
        let left = run > 3 ? 0 : run;
        // From the inside: of three, the one that was opened last ends first.
        for (let mark = this.#innermost(character); closes && mark && mark.length <= left && this.#close(mark); mark = this.#innermost(character))
            left -= mark.length;
        for (const length of [2, 1])
            if (opens && left >= length && character.repeat(length) !== "~" && this.#push(character.repeat(length)))
                left -= length;
        this.#plain += character.repeat(run > 3 ? run : left);
        this.#at += run;
        return true;
    }

    #innermost(character) {
        return this.#open.findLast(opener => opener.mark[0] === character)?.mark;
    }

    #push(mark) {
        if (this.#open.length >= mostOpen)
            return false;
        this.#flush();
        this.#open.push({ mark, index: this.#nodes.length });
        this.#nodes.push(textNode(mark));
        return true;
    }

    /** Ends the innermost opener of a mark; those within it are text. */
    #close(mark) {
        const at = this.#open.findLastIndex(opener => opener.mark === mark);
        if (at < 0 || this.#open.slice(at + 1).some(opener => opener.mark.endsWith("[")))
            return false;
        const children = this.#take(at);
        this.#put({ type: mark === "~~" ? "strike" : mark.length === 2 ? "strong" : "em", children });
        return true;
    }

    #openLink(mark) {
        if (!this.#push(mark))
            return false;
        this.#at += mark.length;
        return true;
    }

    #closeLink() {
        const at = this.#open.findLastIndex(opener => opener.mark.endsWith("["));
        if (at < 0)
            return false;
        const target = this.#target();
        if (target === null) {
            // Brackets that are only brackets.
            this.#open.splice(at, 1);
            return false;
        }
        const children = this.#take(at);
        this.#put({ type: "link", href: target.href, children });
        this.#at = target.end;
        return true;
    }

    /** The address behind a bracket; null where there is none that may be followed. */
    #target() {
        if (this.source[this.#at + 1] !== "(")
            return null;
        const begin = this.#at + 2;
        let depth = 1;
        for (let at = begin; at < Math.min(this.source.length, begin + mostAddress); at++) {
            if (this.source[at] === "\n")
                return null;
            depth += this.source[at] === "(" ? 1 : this.source[at] === ")" ? -1 : 0;
            if (depth > 0)
                continue;
            const href = safeAddress(withoutTitle(this.source.slice(begin, at)));
            return href === null ? null : { href, end: at + 1 };
        }
        return null;
    }

    #address() {
        if (letter.test(this.source[this.#at - 1] ?? " ") || this.#open.some(opener => opener.mark.endsWith("[")))
            return false;
        address.lastIndex = this.#at;
        const found = address.exec(this.source)?.[0].replace(/[.,;:!?*_~]+$/, "");
        const href = found && safeAddress(found);
        if (!href)
            return false;
        this.#put({ type: "link", href, children: [textNode(found)] });
        this.#at += found.length;
        return true;
    }

    #runLength(character) {
        let end = this.#at;
        while (this.source[end] === character)
            end++;
        return end - this.#at;
    }

    /** The nodes behind an opener, which goes with those that opened within it. */
    #take(at) {
        this.#flush();
        const [opener] = this.#open.splice(at);
        const children = this.#nodes.splice(opener.index).slice(1);
        return joined(children);
    }

    #put(node) {
        this.#flush();
        this.#nodes.push(node);
    }

    #flush() {
        if (this.#plain !== "")
            this.#nodes.push(textNode(this.#plain));
        this.#plain = "";
    }
}

/** Of `address "title"` the address. */
function withoutTitle(target) {
    const [first] = target.trim().split(/[ \t]/, 1);
    return first.startsWith("<") && first.endsWith(">") ? first.slice(1, -1) : first;
}

const textNode = text => ({ type: "text", text });

/** Neighbouring texts are one. */
function joined(nodes) {
    const all = [];
    for (const node of nodes)
        if (node.type === "text" && all.at(-1)?.type === "text")
            all[all.length - 1] = textNode(all.at(-1).text + node.text);
        else
            all.push(node);
    return all;
}

/** An address that a person may follow: to the web or a mailbox. Scripts, data and places of this server are text. */
export function safeAddress(href) {
    try {
        const url = new URL(href);
        return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
    } catch {
        return null;
    }
}
