// Where a server that asks for a key gets one.
import { el } from "./base/dom.js";
import { say } from "./base/language.js";
import { wordButton } from "./parts/button.js";
import { field } from "./parts/field.js";
import { connection } from "./server/connection.js";
import { setKey } from "./server/key.js";

export function keyForm() {
    const input = el("input", { type: "password", autocomplete: "current-password", spellcheck: "false", autocapitalize: "off" });
    const made = field("key", input);
    const remember = el("input", { type: "checkbox", id: "remember-key" });
    const send = wordButton("send", "use_key", () => {}, "primary");
    send.type = "submit";
    const node = el("form", { class: "key-form", hidden: true, on: { submit: use } },
        // Password managers want a name beside it.
        el("input", { type: "text", autocomplete: "username", value: "temoto", hidden: true }),
        made.box,
        el("div", { class: "check" }, remember, say(el("label", { for: remember.id }), "remember_key")),
        el("div", { class: "row" }, send));
    connection.addEventListener("change", () => {
        if (connection.state === "key" && connection.keyIsWrong)
            made.fail("key_wrong");
        else
            made.clear();
    });
    return { node };

    function use(event) {
        event.preventDefault();
        const value = input.value.trim();
        if (value === "")
            return;
        setKey(value, remember.checked);
        connection.check().then(() => connection.state === "key" ? input.focus() : (input.value = ""));
    }
}
