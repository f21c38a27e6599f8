// Whether the server is there, and what it serves. It is asked at the start and as long as it is not ready; while all is well nobody asks.
import { faultOf, ServerFault } from "./fault.js";
import { key, keyHeaders } from "./key.js";

const retryMilliseconds = 2000;

class Connection extends EventTarget {
    /** checking, ready, loading, stopping, gone or key. */
    state = "checking";

    /** What /props says; null before. */
    props = null;

    /** A key was sent and not known. */
    keyIsWrong = false;

    #timer = null;
    #checking = null;

    /** Asks now; one at a time. */
    check() {
        clearTimeout(this.#timer);
        return this.#checking ??= this.#ask().finally(() => this.#checking = null);
    }

    /** What a question of another part met. */
    heard(fault) {
        if (["gone", "key", "loading", "stopping"].includes(fault.kind))
            this.#be(fault.kind);
    }

    async #ask() {
        try {
            const health = await get("/health");
            if (!health.ok) {
                const { status } = await health.json();
                this.#be(status === "stopping" ? "stopping" : "loading");
                return;
            }
            const props = await get("/props");
            if (!props.ok)
                throw await faultOf(props);
            this.props = await props.json();
            this.#be("ready");
        } catch (error) {
            this.#be(error instanceof ServerFault && error.kind !== "refused" ? error.kind : "gone");
        }
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

const get = path => fetch(path, { headers: keyHeaders(), cache: "no-store" });

export const connection = new Connection();
