// To the clipboard. Browsers lend it to pages that came by TLS or from this machine; elsewhere the old way still works.
import { announce } from "./announce.js";

export async function copy(words) {
    const done = await byClipboard(words) || bySelection(words);
    announce(done ? "copied" : "not_copied");
    return done;
}

async function byClipboard(words) {
    try {
        await navigator.clipboard.writeText(words);
        return true;
    } catch {
        return false;
    }
}

function bySelection(words) {
    const before = document.activeElement;
    const area = document.createElement("textarea");
    area.value = words;
    area.className = "unseen";
    (before?.closest("dialog") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    return done;
}
