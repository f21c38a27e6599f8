// Dialogs over the page: the browser keeps the focus within them, Escape closes them, and the focus goes back where it was.
import { el, newId } from "../base/dom.js";
import { say } from "../base/language.js";
import { iconButton, wordButton } from "./button.js";

/** A sheet with a heading; `open()` shows it. */
export function sheet(titleKey, ...children) {
    const title = say(el("h2", { id: newId() }), titleKey);
    const dialog = el("dialog", { class: "sheet", "aria-labelledby": title.id },
        el("div", { class: "sheet-head" }, title, iconButton("close", "close", () => dialog.close())),
        el("div", { class: "sheet-body" }, children));
    // A click beside the sheet closes it.
    dialog.addEventListener("click", event => event.target === dialog && dialog.close());
    document.body.append(dialog);
    return dialog;
}

/** Asks before something is gone; true where it may go. */
export function confirmed(questionKey, doKey, values) {
    return new Promise(resolve => {
        const question = say(el("p", { id: newId() }), questionKey, values);
        const cancel = wordButton(null, "cancel", () => dialog.close());
        const dialog = el("dialog", { class: "ask", "aria-labelledby": question.id }, question, el("div", { class: "row end" }, cancel, wordButton("bin", doKey, () => dialog.close("yes"), "danger")));
        dialog.addEventListener("close", () => {
            dialog.remove();
            resolve(dialog.returnValue === "yes");
        });
        document.body.append(dialog);
        dialog.showModal();
        cancel.focus();
    });
}
