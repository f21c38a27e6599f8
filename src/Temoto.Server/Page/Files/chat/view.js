// The view of a conversation: its messages, the list of the others, and where the next question is written.
import { announce, tell } from "../base/announce.js";
import { el } from "../base/dom.js";
import { say, sayAs, text, unsay } from "../base/language.js";
import { keep, kept } from "../base/storage.js";
import { iconButton, wordButton } from "../parts/button.js";
import { confirmed } from "../parts/dialog.js";
import { growing, isSend } from "../parts/field.js";
import { stopGenerating } from "../parts/generating.js";
import { messageView } from "../parts/message.js";
import { faultNotice, hint } from "../parts/notice.js";
import { connection } from "../server/connection.js";
import { composer } from "./composer.js";
import { findConversation, isConversationName, newConversation, removeConversation, saveConversation } from "./conversations.js";
import { download, fileName, jsonOf, markdownOf } from "./exporting.js";
import { conversationList } from "./list.js";
import { settingsSheet } from "./settings.js";
import { answerTo } from "./turn.js";

const currentName = "temoto.current";

/** Longest answer that is read out when it is whole; of longer ones the length is told. */
const mostReadOut = 300;

export function chatView() {
    let conversation = findConversation(kept(currentName, "")) ?? newConversation();
    let views = [];
    const title = el("h2", { class: "talk-title" });
    const messages = sayAs(el("div", { class: "messages", role: "region", tabindex: "0" }), "aria-label", "conversation");
    const list = conversationList(id => choose(id === null ? newConversation() : findConversation(id) ?? newConversation()));
    const listButton = iconButton("list", "conversations", () => showList(!node.classList.contains("lists")), {}, "quiet list-button");
    listButton.setAttribute("aria-controls", "conversations");
    const writer = composer(send);
    const chatSettings = settingsSheet({ system: () => conversation.system, setSystem });
    const tools = el("div", { class: "row" },
        iconButton("save", "export_markdown", () => download(fileName(conversation, "md"), "text/markdown", markdownOf(conversation))),
        iconButton("form", "export_json", () => download(fileName(conversation, "json"), "application/json", jsonOf([conversation])), {}, "quiet export-json"),
        iconButton("bin", "delete_conversation", remove));
    const node = el("section", { class: "chat" }, list.node,
        el("div", { class: "talk" },
            el("div", { class: "talk-head" }, listButton, title, tools, iconButton("settings", "settings", () => chatSettings.open())),
            messages, writer.node));
    addEventListener("storage", event => isConversationName(event.key) && list.show(conversation.id));
    // A page that goes while an answer comes keeps what has come.
    addEventListener("pagehide", () => views.some(view => view.message.end === null) && save());
    connection.addEventListener("change", () => conversation.messages.length === 0 && showMessages());
    choose(conversation, false);
    return { id: "chat", icon: "chat", label: "chat", node, shown: () => list.show(conversation.id) };

    function choose(chosen, withFocus = true) {
        stopGenerating();
        conversation = chosen;
        // What the page was left in the midst of.
        for (const message of conversation.messages.filter(message => message.end === null))
            message.end = "stopped";
        keep(currentName, conversation.id);
        showList(false);
        showMessages();
        list.show(conversation.id);
        if (withFocus)
            writer.focus();
    }

    function showList(isShown) {
        node.classList.toggle("lists", isShown);
        listButton.setAttribute("aria-expanded", String(isShown));
        if (isShown)
            list.node.querySelector("button").focus();
    }

    function showMessages() {
        const isNew = conversation.messages.length === 0;
        showTitle();
        tools.hidden = isNew;
        views = conversation.messages.map(viewOf);
        messages.replaceChildren(...isNew ? [welcome()] : views.map(view => view.node));
        messages.scrollTop = messages.scrollHeight;
    }

    function showTitle() {
        if (conversation.title)
            unsay(title).textContent = conversation.title;
        else
            say(title, "new_conversation");
    }

    function viewOf(message) {
        return { message, ...messageView(message, actions) };
    }

    function actions(message) {
        if (message.role === "user")
            return [iconButton("edit", "edit", () => edit(message))];
        return message === conversation.messages.at(-1) ? [iconButton("again", "regenerate", () => answer(conversation.messages.indexOf(message)))] : [];
    }

    function welcome() {
        const model = connection.props?.model;
        if (connection.props?.has_chat_template === false)
            return el("div", { class: "welcome" }, hint("no_chat"));
        const examples = ["example_1", "example_2", "example_3"].map(key => {
            const button = el("button", { type: "button", class: "example", on: { click: () => writer.fill(button.textContent) } });
            return say(button, key);
        });
        return el("div", { class: "welcome" }, model ? say(el("p", { class: "greeting" }), "greeting", { model }) : say(el("p", { class: "greeting" }), "greeting_unknown"), say(el("p", { class: "hint" }), "examples"), examples);
    }

    function setSystem(words) {
        conversation.system = words;
        if (conversation.messages.length > 0)
            save();
    }

    function save() {
        if (!saveConversation(conversation))
            messages.append(faultNotice({ kind: "store" }));
    }

    async function remove() {
        if (!await confirmed("delete_question", "delete_conversation", { title: conversation.title }))
            return;
        stopGenerating();
        removeConversation(conversation.id);
        choose(newConversation());
        announce("deleted");
    }

    function send(words) {
        conversation.messages.push({ role: "user", content: words });
        return answer(conversation.messages.length);
    }

    /** Generates the answer that is to be message `at`; what stood there and behind it goes. */
    async function answer(at) {
        const own = conversation;
        // With fewer messages more of the old ones may fit again.
        if (at < own.messages.length)
            own.leftOut = 0;
        own.messages.length = at;
        const task = answerTo(own);
        save();
        showMessages();
        list.show(own.id);
        const view = views.at(-1);
        announce("answer_begins");
        let fault = null;
        try {
            await task.run(frame(view, messages));
        } catch (error) {
            fault = error;
        }
        // Another answer has taken its place.
        if (own.messages.at(-1) !== task.message)
            return;
        if (fault && isEmpty(task.message))
            own.messages.pop();
        // Deleted meanwhile, it stays so.
        if (own === conversation || findConversation(own.id))
            saveConversation(own);
        if (own !== conversation)
            return;
        if (fault)
            showFault(fault);
        else
            finish(view, task.message);
    }

    function finish(view, message) {
        view.update();
        for (const other of views)
            other.update();
        list.show(conversation.id);
        if (message.end === "stopped")
            announce("stopped");
        else if (message.content.length <= mostReadOut)
            tell(`${text("answered")} ${message.content}`);
        else
            announce("answer_ends", { count: message.content.length });
    }

    function showFault(fault) {
        showMessages();
        const at = conversation.messages.length - (conversation.messages.at(-1).role === "assistant" ? 1 : 0);
        messages.append(el("div", { class: "failed" }, faultNotice(fault), wordButton("again", "try_again", () => answer(at), "primary")));
        messages.scrollTop = messages.scrollHeight;
    }

    /** Makes of a question an area; what it becomes is asked again, and what followed goes. */
    function edit(message) {
        const view = views.find(view => view.message === message);
        const area = sayAs(growing(el("textarea", { rows: "2" })), "aria-label", "edit");
        area.value = message.content;
        const close = () => {
            view.update();
            view.node.querySelector(".message-foot button:last-of-type")?.focus();
        };
        const submit = () => {
            const words = area.value.trim();
            if (words === "")
                return;
            message.content = words;
            answer(conversation.messages.indexOf(message) + 1).then(() => writer.focus());
        };
        area.addEventListener("keydown", event => {
            if (event.key === "Escape")
                close();
            else if (isSend(event))
                submit();
            else
                return;
            event.preventDefault();
        });
        view.body.replaceChildren(area, say(el("p", { class: "hint" }), "edit_hint"), el("div", { class: "row end" }, wordButton(null, "cancel", close), wordButton("send", "send", submit, "primary")));
        area.fit();
        area.focus();
    }
}

const isEmpty = ({ content, reasoning, calls }) => content === "" && reasoning === "" && calls.length === 0;

/** Shows growth once a frame, and follows it to the end where somebody reads there. */
function frame(view, messages) {
    let isDue = false;
    return () => {
        if (isDue)
            return;
        isDue = true;
        requestAnimationFrame(() => {
            isDue = false;
            const isAtEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
            view.update();
            if (isAtEnd)
                messages.scrollTop = messages.scrollHeight;
        });
    };
}
