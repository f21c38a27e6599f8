// A line to a server that can be held up, cut and mended: what a test does meanwhile happens within an answer for certain, at no time of any clock.
import net from "node:net";

/** Between the events of a stream. */
const eventEnd = Buffer.from("\n\n");

export class Line {
    #sockets = new Set();
    #held = [];
    #eventsLeft = Infinity;

    /** Connections that the browser has closed. */
    left = 0;

    static async to(url) {
        const line = new Line();
        line.target = new URL(url);
        line.server = net.createServer(socket => line.#join(socket));
        await line.mend();
        return line;
    }

    get url() {
        return `http://127.0.0.1:${this.port}/`;
    }

    /** Lets so many events of streams through, and then nothing until `release`. */
    holdAfter(events) {
        this.#eventsLeft = events;
    }

    release() {
        this.#eventsLeft = Infinity;
        for (const go of this.#held.splice(0))
            go();
    }

    /** Nobody answers any more. */
    async cut() {
        const closed = new Promise(done => this.server.close(done));
        for (const socket of this.#sockets)
            socket.destroy();
        await closed;
    }

    /** Answers again, at the same place. */
    async mend() {
        await new Promise(done => this.server.listen(this.port ?? 0, "127.0.0.1", done));
        this.port = this.server.address().port;
    }

    async end() {
        this.release();
        await this.cut();
    }

    #join(near) {
        const far = net.connect(this.target.port, this.target.hostname);
        for (const socket of [near, far]) {
            this.#sockets.add(socket);
            socket.setNoDelay();
            socket.on("error", () => {});
            socket.on("close", () => this.#sockets.delete(socket));
        }
        near.pipe(far);
        near.on("close", () => {
            this.left++;
            far.destroy();
        });
        far.on("close", () => near.destroy());
        let isStream = false;
        far.on("data", data => {
            isStream = data.includes("text/event-stream") || isStream && !data.includes("HTTP/1.1 ");
            this.#send(near, far, data, isStream);
        });
    }

    #send(near, far, data, isStream) {
        let end = 0;
        while (isStream && this.#eventsLeft > 0 && end < data.length) {
            const at = data.indexOf(eventEnd, end);
            if (at < 0)
                break;
            end = at + eventEnd.length;
            this.#eventsLeft--;
        }
        if (!isStream || this.#eventsLeft > 0) {
            near.write(data);
            return;
        }
        near.write(data.subarray(0, end));
        far.pause();
        this.#held.push(() => {
            near.write(data.subarray(end));
            far.resume();
        });
    }
}
