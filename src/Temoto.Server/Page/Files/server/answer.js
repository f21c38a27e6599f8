// A chat's answer as it is streamed: text, thoughts and calls apart, figures at its end.
import { ask } from "./ask.js";
import { connection } from "./connection.js";
import { eventsOf } from "./events.js";
import { ServerFault } from "./fault.js";

/** An answer of nothing yet. `end` is null while it comes, then stop, length, tool_calls, or stopped and cut where it broke off. */
export const newAnswer = () => ({ role: "assistant", content: "", reasoning: "", calls: [], end: null, usage: null, figures: null });

/**
 * Asks for an answer and lets `answer` grow; `grown` is called after each change. Where the signal ends it, what has come stays and `end` is stopped.
 * Throws a ServerFault where nothing came, or where the stream told one.
 */
export async function stream(request, answer, grown, signal) {
    try {
        const response = await ask("/v1/chat/completions", { ...request, model: connection.asked, stream: true, stream_options: { include_usage: true, include_figures: true } }, signal);
        for await (const data of eventsOf(response.body)) {
            take(answer, JSON.parse(data));
            grown();
        }
        answer.end ??= "stop";
    } catch (error) {
        answer.end = error.name === "AbortError" ? "stopped" : "cut";
        if (answer.end === "stopped")
            return;
        if (error.kind === "cut")
            connection.check();
        throw error;
    }
}

/** Puts a chunk into an answer. */
export function take(answer, chunk) {
    if (chunk.error)
        throw new ServerFault("refused", chunk.error.message);
    answer.usage = chunk.usage ?? answer.usage;
    answer.figures = chunk.figures ?? answer.figures;
    const [choice] = chunk.choices;
    if (!choice)
        return;
    const { delta } = choice;
    answer.content += delta.content ?? "";
    answer.reasoning += delta.reasoning_content ?? "";
    for (const part of delta.tool_calls ?? []) {
        const call = answer.calls[part.index] ??= { id: "", name: "", arguments: "" };
        call.id += part.id ?? "";
        call.name += part.function.name ?? "";
        call.arguments += part.function.arguments ?? "";
    }
    answer.end = choice.finish_reason ?? answer.end;
}

/** Messages of the page as requests have them. */
export function messagesFor(messages) {
    return messages.map(message => {
        const sent = { role: message.role, content: message.content };
        if (message.role === "tool")
            sent.tool_call_id = message.callId;
        if (message.calls?.length)
            sent.tool_calls = message.calls.map(call => ({ id: call.id, type: "function", function: { name: call.name, arguments: call.arguments || "{}" } }));
        return sent;
    });
}
