// Questions to the server, and only to it: every path begins at its root.
import { connection } from "./connection.js";
import { faultOf, ServerFault } from "./fault.js";
import { keyHeaders } from "./key.js";

/** GET without a body, else POST of JSON. Gives the response of a success; all else is a ServerFault, an AbortError where `signal` ended it. */
export async function ask(path, body, signal) {
    const headers = keyHeaders();
    if (body !== undefined)
        headers["Content-Type"] = "application/json";
    let response;
    try {
        response = await fetch(path, { method: body === undefined ? "GET" : "POST", headers, body: body === undefined ? undefined : JSON.stringify(body), signal, cache: "no-store" });
    } catch (error) {
        throw error.name === "AbortError" ? error : heard(new ServerFault("gone"));
    }
    if (!response.ok)
        throw heard(await faultOf(response));
    return response;
}

function heard(fault) {
    connection.heard(fault);
    return fault;
}
