// Server-sent events of an answer: the data of each, as it comes.
import { ServerFault } from "./fault.js";

/** Gives each event's data; ends with [DONE]. A stream that ends without it broke off. */
export async function* eventsOf(body) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    try {
        for (;;) {
            const { done, value } = await next(reader);
            if (done)
                throw new ServerFault("cut");
            rest += decoder.decode(value, { stream: true });
            const events = rest.split(/\r?\n\r?\n/);
            rest = events.pop();
            for (const event of events) {
                const data = dataOf(event);
                if (data === "[DONE]")
                    return;
                if (data !== "")
                    yield data;
            }
        }
    } finally {
        reader.cancel().catch(() => {});
    }
}

async function next(reader) {
    try {
        return await reader.read();
    } catch (error) {
        throw error.name === "AbortError" ? error : new ServerFault("cut");
    }
}

const dataOf = event => event.split(/\r?\n/).filter(line => line.startsWith("data:")).map(line => line.slice(5).trimStart()).join("\n");
