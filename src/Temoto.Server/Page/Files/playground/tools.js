// The playground of tools: the model asks for a call, a person says what came of it, and the answer goes on. Nothing is called.
import { announce } from "../base/announce.js";
import { el } from "../base/dom.js";
import { say, text } from "../base/language.js";
import { keep, kept } from "../base/storage.js";
import { wordButton } from "../parts/button.js";
import { choice, field, growing } from "../parts/field.js";
import { generating } from "../parts/generating.js";
import { messageView } from "../parts/message.js";
import { faultNotice, hint } from "../parts/notice.js";
import { messagesFor, newAnswer, stream } from "../server/answer.js";
import { settings } from "../chat/settings.js";
import { toolExample } from "./examples.js";
import { askButton, sourceArea } from "./inputs.js";

const name = "temoto.tools";

export function toolView() {
    const state = { tools: toolExample, prompt: "", choice: "auto", ...kept(name, {}) };
    let messages = [];
    const area = sourceArea();
    area.value = state.tools;
    const toolsField = field("tools_json", area, "tools_json_hint");
    const chosen = el("div");
    const prompt = growing(el("textarea", { rows: "2" }));
    prompt.value = state.prompt || text("example_tool_prompt");
    const promptField = field("prompt", prompt);
    const run = askButton(begin);
    const example = wordButton("again", "example", () => {
        area.value = toolExample;
        prompt.value = text("example_tool_prompt");
        changed();
    });
    const talk = el("div", { class: "output" }, hint("calls_come_here"));
    const outcome = el("div", { class: "card outcome" }, say(el("h3"), "conversation"), talk);
    area.addEventListener("input", changed);
    prompt.addEventListener("input", changed);
    document.addEventListener("language", () => {
        prompt.value = state.prompt || text("example_tool_prompt");
        fit();
    });
    const node = el("section", { class: "playground" },
        el("div", { class: "intro" }, say(el("h2"), "tools"), say(el("p", { class: "hint" }), "tools_intro")),
        el("div", { class: "halves" },
            el("div", { class: "card" }, toolsField.box, chosen, promptField.box, el("div", { class: "row" }, run, example)),
            outcome));
    showChoice();
    return { id: "tools", icon: "tool", label: "tools", node, shown: fit };

    function changed() {
        state.tools = area.value;
        state.prompt = prompt.value === text("example_tool_prompt") ? "" : prompt.value;
        toolsField.clear();
        keep(name, state);
        showChoice();
        fit();
    }

    function fit() {
        area.fit();
        prompt.fit();
    }

    /** auto, required, none, or one of the tools by its name. */
    function showChoice() {
        const names = namesOf(area.value);
        const select = choice([["auto", "choice_auto"], ["required", "choice_required"], ["none", "choice_none"], ...names.map(tool => [`: ${tool}`, null, tool])], state.choice);
        if (select.selectedIndex < 0)
            select.value = state.choice = "auto";
        select.addEventListener("change", () => {
            state.choice = select.value;
            keep(name, state);
        });
        chosen.replaceChildren(field("tool_choice", select, "tool_choice_hint").box);
    }

    function begin() {
        messages = [{ role: "user", content: prompt.value }];
        talk.replaceChildren(messageView(messages[0]).node);
        return go(state.choice);
    }

    /** The next answer. What forces a call counts for the first one only: else there would be calls for ever. */
    async function go(choiceOfTools) {
        let tools;
        try {
            tools = JSON.parse(area.value);
        } catch (error) {
            toolsField.fail("not_json", { reason: error.message });
            area.focus();
            return;
        }
        const message = newAnswer();
        const view = messageView(message);
        talk.append(view.node);
        view.node.scrollIntoView({ block: "nearest" });
        announce("answer_begins");
        try {
            await generating(signal => stream({
                messages: messagesFor(messages),
                tools,
                tool_choice: choiceOfTools.startsWith(": ") ? { type: "function", function: { name: choiceOfTools.slice(2) } } : choiceOfTools,
                ...settings(),
            }, message, view.update, signal));
        } catch (fault) {
            view.node.remove();
            talk.append(faultNotice(fault));
            return;
        }
        messages.push(message);
        view.update();
        if (message.end === "tool_calls")
            askResults(message);
        else
            end(view, message);
    }

    function end(view, message) {
        view.node.scrollIntoView({ block: "nearest" });
        announce(message.end === "stopped" ? "stopped" : "answer_ends", { count: message.content.length });
    }

    /** An area for the result of each call; with all of them the answer goes on. */
    function askResults(message) {
        const fields = message.calls.map(call => {
            const area = growing(el("textarea", { rows: "2" }));
            const made = field("result_of", area);
            say(made.box.querySelector("label"), "result_of", { name: call.name });
            return { call, area, box: made.box };
        });
        const button = wordButton("send", "send_results", () => {
            form.remove();
            for (const { call, area } of fields) {
                const result = { role: "tool", callId: call.id, content: area.value };
                messages.push(result);
                talk.append(messageView(result).node);
            }
            go("auto");
        }, "primary");
        const form = el("div", { class: "results" }, fields.map(item => item.box), el("div", { class: "row" }, button));
        talk.append(form);
        announce("calls_wait", { count: fields.length });
        fields[0].area.focus();
    }
}

/** The names of the tools in a text that may be in the midst of being written. */
function namesOf(source) {
    try {
        return JSON.parse(source).map(tool => tool?.function?.name).filter(tool => typeof tool === "string");
    } catch {
        return [];
    }
}
