// The conversations of this browser, and what is done with all of them.
import { el } from "../base/dom.js";
import { say, sayAs } from "../base/language.js";
import { wordButton } from "../parts/button.js";
import { confirmed } from "../parts/dialog.js";
import { allConversations, removeAllConversations } from "./conversations.js";
import { download, jsonOf } from "./exporting.js";

/** @param choose takes the id of a conversation, null for a new one. */
export function conversationList(choose) {
    const list = el("ul", { class: "conversations" });
    const none = say(el("p", { class: "hint" }), "no_conversations");
    const all = el("div", { class: "row" },
        wordButton("save", "export_all", () => download("temoto-conversations.json", "application/json", jsonOf(allConversations()))),
        wordButton("bin", "delete_all", async () => {
            if (!await confirmed("delete_all_question", "delete_all"))
                return;
            removeAllConversations();
            choose(null);
        }));
    const node = el("nav", { class: "aside", id: "conversations" }, wordButton("plus", "new_conversation", () => choose(null), "primary"), none, list, all, say(el("p", { class: "hint" }), "kept_here"));
    sayAs(node, "aria-label", "conversations");
    return { node, show };

    function show(currentId) {
        const conversations = allConversations();
        none.hidden = conversations.length > 0;
        all.hidden = conversations.length === 0;
        list.replaceChildren(...conversations.map(({ id, title }) => el("li", {},
            el("button", { type: "button", class: "conversation", "aria-current": id === currentId ? "true" : null, on: { click: () => choose(id) } }, title))));
    }
}
