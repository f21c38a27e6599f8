// Conversations as this browser keeps them, each under a name of its own: a tab that saves one does not touch the others.
import { keep, kept, namesOf } from "../base/storage.js";

const prefix = "temoto.chat.";

/** Letters of a title. */
const mostTitle = 60;

/** A conversation of nothing yet; it is kept once somebody has said something. */
export function newConversation() {
    const now = Date.now();
    return { id: `${now.toString(36)}${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`, title: "", created: now, changed: now, system: "", leftOut: 0, messages: [] };
}

/** All of them, the one that changed last first. */
export function allConversations() {
    return namesOf(prefix).map(name => kept(name, null)).filter(isConversation).sort((a, b) => b.changed - a.changed);
}

export const findConversation = id => {
    const found = kept(prefix + id, null);
    return isConversation(found) ? found : null;
};

/** False where the browser has no room. */
export function saveConversation(conversation) {
    conversation.changed = Date.now();
    conversation.title ||= titleOf(conversation);
    return keep(prefix + conversation.id, conversation);
}

export const removeConversation = id => keep(prefix + id, undefined);

export function removeAllConversations() {
    for (const name of namesOf(prefix))
        keep(name, undefined);
}

/** Whether a change of the store, by another tab, was one of these. */
export const isConversationName = name => name === null || name.startsWith(prefix);

/** The first words of the first question. */
function titleOf({ messages }) {
    const words = [...(messages.find(message => message.role === "user")?.content ?? "").trim().replace(/\s+/g, " ")];
    return words.length > mostTitle ? `${words.slice(0, mostTitle - 1).join("")}…` : words.join("");
}

/** What another version, or somebody's hand, may have left there. */
function isConversation(value) {
    return value !== null && typeof value === "object" && typeof value.id === "string" && Array.isArray(value.messages)
        && value.messages.every(message => typeof message?.role === "string" && typeof message.content === "string");
}
