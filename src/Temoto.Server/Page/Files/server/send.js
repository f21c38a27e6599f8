// What goes to the server, and only to it: every path begins at its root.
import { keyHeaders } from "./key.js";

/** GET without a body, else POST of JSON; the response as it comes. */
export function send(path, body, signal) {
    const headers = keyHeaders();
    if (body === undefined)
        return fetch(path, { headers, signal, cache: "no-store" });
    headers["Content-Type"] = "application/json";
    return fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal, cache: "no-store" });
}
