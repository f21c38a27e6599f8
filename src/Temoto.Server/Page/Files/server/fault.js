// Why a question was not answered, in kinds that the page has words for.

/**
 * `kind` is gone (nobody answers), cut (an answer broke off), key, busy, loading, unloaded (a model that had to make room), stopping, context (the prompt is too long) or refused.
 * `message` is what the server said, in its own words.
 */
export class ServerFault extends Error {
    constructor(kind, message = "", retryAfterSeconds = null) {
        super(message);
        this.kind = kind;
        this.retryAfterSeconds = retryAfterSeconds;
    }
}

/** Of an answer that is an error's document. */
export async function faultOf(response) {
    const error = await documentOf(response);
    return new ServerFault(kindOf(response.status, error.code), error.message ?? `HTTP ${response.status}`, Number(response.headers.get("Retry-After")) || null);
}

async function documentOf(response) {
    try {
        return (await response.json()).error ?? {};
    } catch {
        return {};
    }
}

function kindOf(status, code) {
    switch (status) {
        case 401: return "key";
        case 429: return "busy";
        case 503: return code === "server_stopping" ? "stopping" : code === "model_not_loaded" ? "unloaded" : "loading";
        default: return code === "context_length_exceeded" ? "context" : "refused";
    }
}
