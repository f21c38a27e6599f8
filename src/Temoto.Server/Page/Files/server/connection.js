// Whether the server is there, and what it serves. It is asked at the start and as long as it is not ready; while all is well nobody asks.
import { faultOf, ServerFault } from "./fault.js";
import { key } from "./key.js";
import { send } from "./send.js";

const retryMilliseconds = 2000;

class Connection extends EventTarget {
    /** checking, ready, loading, stopping, gone or key. */
    state = "checking";

    /** What /props says; null before. */
    props = null;

    /** The model that somebody has chosen; null leaves it to the server. */
    model = null;

    /** A key was sent and not known. */
    keyIsWrong = false;

    #timer = null;
    #checking = null;

    /** The model that a question names; a server of one needs no name. */
    get asked() {
        return this.props?.models.length > 1 ? this.model ?? this.props.model : undefined;
    }

    /** Asks now; one at a time. A model is loaded only where somebody wants it. */
    check(loads = false) {
        clearTimeout(this.#timer);
        return this.#checking ??= this.#ask(loads).finally(() => this.#checking = null);
    }

    /** Another model from now on; the server loads it where it is not. */
    async choose(model) {
        this.model = model;
        this.#be("loading");
        await this.#checking;
        return this.check(true);
    }

    /** What a question of another part met. */
    heard(fault) {
        if (["gone", "key", "loading", "stopping"].includes(fault.kind))
            this.#be(fault.kind);
    }

    async #ask(loads) {
        try {
            const health = await send("/health");
            if (!health.ok) {
                const { status } = await health.json();
                this.#be(status === "stopping" ? "stopping" : "loading");
                return;
            }
            this.props = await this.#askProps(loads);
            this.#be("ready");
        } catch (error) {
            const kind = error instanceof ServerFault && error.kind !== "refused" ? error.kind : "gone";
            // No model is there just now: one is on its way in.
            this.#be(kind === "unloaded" ? "loading" : kind);
        }
    }

    /** Of the chosen model, where it is there; one that had to make room is as it was, and a question loads it again. */
    async #askProps(loads) {
        if (this.model === null)
            return (await good(await send("/props"))).json();
        const path = `/props?model=${encodeURIComponent(this.model)}`;
        let props = await send(path);
        if (props.status === 503 && loads) {
            const loaded = await send("/tokenize", { model: this.model, content: "" });
            if (loaded.ok)
                props = await send(path);
            else if (loaded.status === 401)
                throw await faultOf(loaded);
        }
        if (props.ok)
            return props.json();
        if (props.status === 503 && !loads && this.props?.model === this.model)
            return this.props;
        // It cannot be loaded, or the server has it no more.
        this.model = null;
        await good(await send("/tokenize", { content: "" }));
        return (await good(await send("/props"))).json();
    }

    #be(state) {
        this.keyIsWrong = state === "key" && key() !== null;
        this.state = state;
        clearTimeout(this.#timer);
        // A key comes from a person; all else may mend itself.
        if (state !== "ready" && state !== "key")
            this.#timer = setTimeout(() => this.check(), retryMilliseconds);
        this.dispatchEvent(new Event("change"));
    }
}

async function good(response) {
    if (!response.ok)
        throw await faultOf(response);
    return response;
}

export const connection = new Connection();
