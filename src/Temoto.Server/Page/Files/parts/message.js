// A message on the page: who said it, thoughts folded, text, calls, figures, and what can be done with it.
import { copy } from "../base/copying.js";
import { el } from "../base/dom.js";
import { rate, seconds, traffic } from "../base/figures.js";
import { say, sayAs } from "../base/language.js";
import { showMarkdown } from "../markdown/render.js";
import { iconButton } from "./button.js";
import { pretty } from "./json.js";

const speakers = { user: "you", assistant: "model", tool: "tool_result", system: "system_prompt" };

/**
 * Shows a message; `update()` shows what has changed of it.
 * @param actions buttons beside "copy", for this message.
 * @param isSource its text is no Markdown: an answer of a form.
 */
export function messageView(message, actions = () => [], isSource = false) {
    const isAnswer = message.role === "assistant";
    const thoughts = isAnswer ? thoughtsView() : null;
    const body = el("div", { class: isSource ? "source" : isAnswer ? "prose" : "said" });
    const calls = el("div", { class: "calls" });
    const foot = el("div", { class: "message-foot" });
    const node = el("article", { class: `message ${message.role}` }, say(el("h3"), speakers[message.role]), thoughts?.node, body, calls, foot);
    sayAs(node, "aria-label", speakers[message.role]);
    update();
    return { node, body, update };

    function update() {
        const isComing = isAnswer && message.end === null;
        node.setAttribute("aria-busy", String(isComing));
        thoughts?.update(message.reasoning, isComing && message.content === "");
        if (isAnswer && !isSource)
            showMarkdown(body, message.content);
        else
            body.textContent = message.content;
        body.classList.toggle("waiting", isComing && message.content === "" && message.reasoning === "" && message.calls.length === 0);
        body.hidden = isAnswer && !isComing && message.content === "";
        calls.replaceChildren(...(message.calls ?? []).map(callNode));
        if (!isComing)
            foot.replaceChildren(...[isAnswer && figuresNode(message), el("div", { class: "row" }, message.content !== "" && iconButton("copy", "copy", () => copy(message.content)), actions(message))].filter(Boolean));
    }
}

function thoughtsView() {
    const summary = el("summary");
    const body = el("div", { class: "prose" });
    const node = el("details", { class: "thoughts", hidden: true }, summary, body);
    return {
        node,
        update(reasoning, isThinking) {
            node.hidden = !reasoning;
            say(summary, isThinking ? "thinking" : "thoughts");
            showMarkdown(body, reasoning ?? "");
        },
    };
}

/** A call of a tool: its name, and its arguments as JSON. */
export function callNode(call) {
    return el("div", { class: "call" },
        el("p", { class: "call-name" }, say(el("span", { class: "tag" }), "call"), " ", el("code", {}, call.name)),
        sayAs(el("pre", { tabindex: "0", role: "region" }, el("code", {}, pretty(call.arguments))), "aria-label", "arguments"));
}

/** Why an answer ended where that is worth a word, and what it took. */
function figuresNode({ end, usage, figures, leftOut }) {
    const parts = [];
    if (["length", "stopped", "cut"].includes(end))
        parts.push(say(el("span", { class: "end" }), `end_${end}`));
    if (leftOut)
        parts.push(say(el("span"), "left_out", { count: leftOut }));
    if (usage)
        parts.push(say(el("span"), "figure_tokens", { count: usage.completion_tokens }));
    if (figures) {
        if (figures.decode_tokens_per_second > 0)
            parts.push(say(el("span"), "figure_rate", { rate: rate(figures.decode_tokens_per_second) }));
        parts.push(say(el("span"), "figure_first", { time: seconds(figures.time_to_first_token_seconds) }));
        parts.push(sayAs(say(el("span"), "figure_bytes", { bytes: traffic(figures.bytes_per_token) }), "title", "figure_bytes_more"));
    }
    return parts.length > 0 && el("p", { class: "figures" }, parts);
}
