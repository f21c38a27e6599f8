// How answers are generated: what this browser asks for. What is left empty is the model's own.
import { el } from "../base/dom.js";
import { number, say, sayAs } from "../base/language.js";
import { keep, kept } from "../base/storage.js";
import { wordButton } from "../parts/button.js";
import { sheet } from "../parts/dialog.js";
import { choice, field, growing } from "../parts/field.js";
import { connection } from "../server/connection.js";
import { forgetKey, key } from "../server/key.js";

const storeName = "temoto.settings";

/** The server judges too; these are its limits. */
const numbers = {
    temperature: { label: "temperature", hint: "temperature_hint", min: 0, max: 2, step: "any", own: props => ["own_value", { value: number(props.sampling.temperature, 2, 0) }] },
    top_p: { label: "top_p", hint: "top_p_hint", min: 0, max: 1, step: "any", own: props => ["own_value", { value: number(props.sampling.top_p, 2, 0) }] },
    max_tokens: { label: "max_tokens", hint: "max_tokens_hint", min: 1, max: 1000000, step: 1, own: () => ["own_max_tokens"] },
    seed: { label: "seed", hint: "seed_hint", min: -9007199254740991, max: 9007199254740991, step: 1, own: () => ["own_seed"] },
};

/** As requests have them: only what was set. */
export function settings() {
    const { thinking, ...values } = kept(storeName, {});
    const isSwitched = thinking !== undefined && connection.props?.switches_thoughts;
    return isSwitched ? { ...values, chat_template_kwargs: { enable_thinking: thinking, thinking } } : values;
}

/**
 * The sheet of settings.
 * @param chat gives and takes the system prompt of the conversation at hand.
 */
export function settingsSheet(chat) {
    const system = growing(el("textarea", { rows: "3" }));
    const systemField = field("system_prompt", system, "system_hint");
    system.addEventListener("input", () => chat.setSystem(system.value));
    const fields = Object.entries(numbers).map(([name, rules]) => ({ name, rules, ...numberField(name, rules) }));
    const thinking = choice([["", "thinking_own"], ["true", "thinking_on"], ["false", "thinking_off"]], "");
    thinking.addEventListener("change", () => set("thinking", thinking.value === "" ? undefined : thinking.value === "true"));
    const thinkingField = field("thinking_label", thinking, "thinking_hint");
    const reset = wordButton("again", "reset", () => {
        keep(storeName, undefined);
        show();
    });
    const forget = wordButton("bin", "forget_key", () => {
        forgetKey();
        dialog.close();
        connection.check();
    });
    const dialog = sheet("settings", systemField.box, say(el("h3"), "sampling"), say(el("p", { class: "hint" }), "sampling_hint"), el("div", { class: "pairs" }, fields.map(item => item.box)), thinkingField.box, el("div", { class: "row end" }, forget, reset));
    return {
        open() {
            show();
            dialog.showModal();
            system.fit();
        },
    };

    function show() {
        const values = kept(storeName, {});
        system.value = chat.system();
        for (const { name, rules, input, clear } of fields) {
            input.value = values[name] ?? "";
            if (connection.props)
                sayAs(input, "placeholder", ...rules.own(connection.props));
            clear();
        }
        forget.hidden = key() === null;
        thinking.value = values.thinking === undefined ? "" : String(values.thinking);
        thinkingField.box.hidden = !connection.props?.switches_thoughts;
    }
}

function numberField(name, { label, hint, min, max, step }) {
    const input = el("input", { type: "number", min, max, step, inputmode: "decimal", autocomplete: "off" });
    const made = field(label, input, hint);
    input.addEventListener("input", () => {
        if (!input.validity.valid) {
            made.fail("not_in_range", { min, max });
            return;
        }
        made.clear();
        set(name, input.value === "" ? undefined : Number(input.value));
    });
    return made;
}

function set(field, value) {
    const values = kept(storeName, {});
    values[field] = value;
    keep(storeName, values);
}
