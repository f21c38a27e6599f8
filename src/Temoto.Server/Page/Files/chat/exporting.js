// Conversations as files: Markdown to read, JSON with everything.
import { text } from "../base/language.js";

export function markdownOf({ title, system, messages }) {
    const parts = [`# ${title || text("new_conversation")}`];
    if (system)
        parts.push(`## ${text("system_prompt")}`, system);
    for (const message of messages) {
        parts.push(`## ${text(message.role === "user" ? "you" : "model")}`);
        if (message.reasoning)
            parts.push(...message.reasoning.split("\n").map(line => `> ${line}`).join("\n").split("\n\n"));
        parts.push(message.content);
    }
    return `${parts.join("\n\n")}\n`;
}

export function jsonOf(conversations) {
    return `${JSON.stringify({ conversations }, null, 2)}\n`;
}

/** Gives the browser a file to save. */
export function download(name, type, content) {
    const url = URL.createObjectURL(new Blob([content], { type }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
}

/** A name that every file system takes. */
export const fileName = (conversation, ending) => `temoto-${conversation.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40).replace(/^-|-$/g, "") || conversation.id}.${ending}`;
