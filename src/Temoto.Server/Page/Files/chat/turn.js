// One turn of a conversation: the answer to what stands there, with the oldest turns left out where the model's context is too short for all.
import { generating } from "../parts/generating.js";
import { messagesFor, newAnswer, stream } from "../server/answer.js";
import { settings } from "./settings.js";

/** Adds an answer to the conversation; `run` lets it grow. Throws a ServerFault. */
export function answerTo(conversation) {
    const message = newAnswer();
    const asked = conversation.messages.slice();
    conversation.messages.push(message);
    return {
        message,
        run: grown => generating(async signal => {
            // Where it began last time it will not fit with more; fewer messages may fit again.
            let first = Math.min(conversation.leftOut ?? 0, lastQuestion(asked));
            for (;;) {
                try {
                    await stream({ messages: withSystem(conversation.system, messagesFor(asked.slice(first))), ...settings() }, message, grown, signal);
                    conversation.leftOut = message.leftOut = first;
                    return;
                } catch (fault) {
                    const next = nextQuestion(asked, first);
                    if (fault.kind !== "context" || next === null)
                        throw fault;
                    first = next;
                    message.end = null;
                }
            }
        }),
    };
}

const withSystem = (system, messages) => system.trim() === "" ? messages : [{ role: "system", content: system }, ...messages];

/** Where the next question after `first` stands: turns go as a whole. */
function nextQuestion(messages, first) {
    const next = messages.findIndex((message, at) => at > first && message.role === "user");
    return next < 0 ? null : next;
}

const lastQuestion = messages => Math.max(0, messages.findLastIndex(message => message.role === "user"));
