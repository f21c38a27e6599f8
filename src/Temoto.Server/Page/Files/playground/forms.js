// The playground of forms: an answer that is held to a schema, a grammar or a choice, and what it says once it is read.
import { announce } from "../base/announce.js";
import { el, newId } from "../base/dom.js";
import { say, sayAs, text } from "../base/language.js";
import { keep, kept } from "../base/storage.js";
import { wordButton } from "../parts/button.js";
import { field, growing } from "../parts/field.js";
import { generating } from "../parts/generating.js";
import { jsonNode } from "../parts/json.js";
import { messageView } from "../parts/message.js";
import { faultNotice, hint } from "../parts/notice.js";
import { newAnswer, stream } from "../server/answer.js";
import { settings } from "../chat/settings.js";
import { formExamples } from "./examples.js";
import { requestOf, valueOf } from "./held.js";
import { askButton, sourceArea } from "./inputs.js";

const name = "temoto.form";
const kinds = ["schema", "grammar", "choices"];

export function formView() {
    const state = { kind: "schema", texts: {}, prompt: "", ...kept(name, {}) };
    const radios = kinds.map(kind => {
        const input = el("input", { type: "radio", name: "form-kind", id: newId(), value: kind, checked: kind === state.kind, on: { change: () => turnTo(kind) } });
        return el("span", { class: "segment" }, input, say(el("label", { for: input.id }), `kind_${kind}`));
    });
    const area = sourceArea();
    const formField = field("form", area);
    const explanation = el("p", { class: "hint" });
    formField.box.querySelector("label").after(explanation);
    const prompt = growing(el("textarea", { rows: "2" }));
    const promptField = field("prompt", prompt);
    const output = sayAs(el("div", { class: "output", role: "region" }), "aria-label", "answer");
    const run = askButton(ask);
    const example = wordButton("again", "example", () => {
        state.texts[state.kind] = undefined;
        state.prompt = "";
        turnTo(state.kind);
    });
    const answer = el("div", { class: "card outcome" }, say(el("h3"), "answer"), output);
    area.addEventListener("input", () => {
        state.texts[state.kind] = area.value;
        formField.clear();
        keep(name, state);
    });
    prompt.addEventListener("input", () => {
        state.prompt = prompt.value;
        keep(name, state);
    });
    document.addEventListener("language", () => turnTo(state.kind));
    const node = el("section", { class: "playground" },
        el("div", { class: "intro" }, say(el("h2"), "forms"), say(el("p", { class: "hint" }), "forms_intro")),
        el("div", { class: "halves" },
            el("div", { class: "card" }, el("fieldset", { class: "segments" }, say(el("legend"), "kind"), radios), formField.box, promptField.box, el("div", { class: "row" }, run, example)),
            answer));
    output.append(hint("answer_comes_here"));
    turnTo(state.kind);
    return { id: "forms", icon: "form", label: "forms", node, shown: fit };

    function turnTo(kind) {
        state.kind = kind;
        area.value = state.texts[kind] ?? formExamples[kind].form;
        prompt.value = state.prompt || text(formExamples[kind].prompt);
        say(explanation, `kind_${kind}_hint`);
        formField.clear();
        keep(name, state);
        fit();
    }

    function fit() {
        area.fit();
        prompt.fit();
    }

    async function ask() {
        const { kind } = state;
        let form;
        try {
            form = requestOf(kind, area.value);
        } catch (error) {
            formField.fail("not_json", { reason: error.message });
            area.focus();
            return;
        }
        formField.clear();
        const message = newAnswer();
        const view = messageView(message, () => [], true);
        const result = el("div", { class: "result" });
        output.replaceChildren(view.node, result);
        answer.scrollIntoView({ block: "nearest" });
        announce("answer_begins");
        try {
            await generating(signal => stream({ messages: [{ role: "user", content: prompt.value }], ...settings(), ...form }, message, view.update, signal));
            view.update();
            result.append(...parsed(kind, message));
            answer.scrollIntoView({ block: "nearest" });
        } catch (fault) {
            output.replaceChildren(faultNotice(fault));
            if (fault.kind === "refused" && /schema|grammar|structured|format/.test(fault.message)) {
                formField.failWith(fault.message);
                area.focus();
            }
        }
    }

    /** What the answer says, or why it says nothing whole. */
    function parsed(kind, message) {
        const isWhole = message.end === "stop";
        const { value, isRead } = valueOf(kind, message.content, area.value);
        const verdict = !isWhole ? "held_cut" : isRead ? `held_${kind}` : "held_unread";
        announce(verdict);
        return [say(el("p", { class: `verdict ${isWhole && isRead ? "good" : "bad"}` }), verdict), isRead && kind === "schema" && jsonNode(value)].filter(Boolean);
    }
}
