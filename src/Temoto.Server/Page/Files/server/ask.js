// Questions to the server, and what became of them.
import { connection } from "./connection.js";
import { faultOf, ServerFault } from "./fault.js";
import { send } from "./send.js";

/** GET without a body, else POST of JSON. Gives the response of a success; all else is a ServerFault, an AbortError where `signal` ended it. */
export async function ask(path, body, signal) {
    let response;
    try {
        response = await send(path, body, signal);
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
