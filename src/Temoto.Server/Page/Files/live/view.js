// The view of the server at work: asked once a second while somebody looks, and not otherwise.
import { el } from "../base/dom.js";
import { memory, rate, seconds, traffic } from "../base/figures.js";
import { number, say, sayAs, text } from "../base/language.js";
import { connection } from "../server/connection.js";
import { bar, line } from "./chart.js";
import { look, readingsOf } from "./readings.js";

const intervalMilliseconds = 1000;

/** Readings that the line shows. */
const mostReadings = 60;

export function liveView() {
    const chart = line(mostReadings);
    const speed = card("tokens_per_second", "measured");
    speed.box.append(chart.node, say(el("p", { class: "hint" }), "last_minute", { count: mostReadings }));
    const moved = card("bytes_per_token", "computed");
    const queue = card("queue", "counted");
    const ram = card("memory", "measured");
    const slots = card("slots", "counted");
    const counts = card("since_start", "counted");
    const model = card("model_card", "told");
    // It scrolls and has nothing to stand on: it takes the focus itself.
    const node = el("section", { class: "live", tabindex: "0" },
        el("div", { class: "intro" }, say(el("h2"), "live"), say(el("p", { class: "hint" }), "live_intro")),
        el("div", { class: "cards" }, speed.box, moved.box, queue.box, ram.box, slots.box, counts.box, model.box));
    sayAs(node, "aria-label", "live");
    let before = null;
    let timer = null;
    let isShown = false;
    document.addEventListener("visibilitychange", () => isShown && !document.hidden && read());
    document.addEventListener("language", () => isShown && read());
    connection.addEventListener("change", () => isShown && connection.state === "ready" && read());
    return {
        id: "live",
        icon: "live",
        label: "live",
        node,
        shown() {
            isShown = true;
            read();
        },
        left() {
            isShown = false;
            before = null;
            clearTimeout(timer);
        },
    };

    async function read() {
        clearTimeout(timer);
        if (document.hidden || connection.state !== "ready")
            return;
        try {
            const now = await look(connection.props.model);
            show(readingsOf(now, before), connection.props);
            before = now;
        } catch {
            // The connection has heard of it, and says so above.
            before = null;
        }
        clearTimeout(timer);
        if (isShown)
            timer = setTimeout(read, intervalMilliseconds);
    }

    function show(readings, props) {
        if (readings.tokensPerSecond !== null)
            chart.add(readings.tokensPerSecond);
        speed.show(readings.tokensPerSecond === null ? null : rate(readings.tokensPerSecond), [["mean_first_token", meanOf(readings.firstTokenSeconds)], ["mean_wait", meanOf(readings.queueSeconds)]]);
        const bytes = readings.bytesPerToken ?? readings.bytesPerTokenSoFar;
        moved.show(bytes === null ? null : traffic(bytes), [
            ["weights", traffic(props.traffic.weight_bytes_per_token)],
            ["alone_least", traffic(props.traffic.least_bytes_per_token)],
            ["alone_most", traffic(props.traffic.most_bytes_per_token)],
        ], say(el("p", { class: "hint" }), "shared_weights"));
        queue.show(number(readings.queue), [["room", number(props.queue_length)], ["turned_away", number(readings.rejected)]]);
        ram.show(memory(readings.resident), [
            ["peak", memory(readings.peakResident)],
            ["planned_weights", memory(props.memory.weight_bytes)],
            ["planned_kv", memory(props.memory.kv_bytes)],
            ["planned_activations", memory(props.memory.activation_bytes)],
            ["prefix_cache", text("of", { part: memory(readings.prefixCache), whole: memory(props.memory.prefix_cache_bytes) })],
            ["available", memory(props.memory.available_bytes)],
        ], bar([[readings.resident / props.memory.available_bytes, "used"]]));
        const busy = readings.slots.filter(slot => slot.is_processing).length;
        slots.show(text("of", { part: number(busy), whole: number(readings.slots.length) }), [], el("ul", { class: "slots" }, readings.slots.map(slot => slotNode(slot, props.context_tokens))));
        counts.show(null, [
            ["generated_tokens", number(readings.generated)],
            ["prompt_tokens", number(readings.prompt)],
            ["reused_tokens", number(readings.reused)],
        ]);
        model.show(props.model, [
            ["type", props.model_type],
            ["format", props.format],
            ["parameters", text("millions", { count: number(props.parameter_count / 1e6, 1) })],
            ["context", number(props.context_tokens)],
            ["kernels", props.kernel_set],
            ["threads", number(props.threads)],
            ["version", props.version],
        ]);
    }
}

const meanOf = value => value === null ? "—" : seconds(value);

/** A card with a large figure, where it comes from, and smaller ones. */
function card(titleKey, sourceKey) {
    const figure = el("p", { class: "figure" }, "—");
    const list = el("dl");
    const more = el("div");
    const box = el("div", { class: `card ${titleKey}` }, el("div", { class: "card-head" }, say(el("h3"), titleKey), say(el("span", { class: "tag" }), sourceKey)), figure, more, list);
    return {
        box,
        show(value, rows, extra = null) {
            figure.textContent = value ?? "—";
            figure.hidden = value === null && rows.length > 0 && extra === null;
            more.replaceChildren(...extra ? [extra] : []);
            list.replaceChildren(...rows.map(([key, told]) => el("div", {}, say(el("dt"), key), el("dd", {}, told))));
        },
    };
}

function slotNode(slot, context) {
    const state = `slot_${slot.state}`;
    return el("li", {},
        el("span", { class: `state ${slot.state}` }, say(el("span"), "slot", { number: slot.id + 1 }), " ", say(el("strong"), state)),
        el("span", { class: "slot-tokens" }, text("of_tokens", { part: number(slot.cached_tokens), whole: number(context) })),
        bar([[slot.cached_tokens / context, slot.is_processing ? "used" : "kept"]]));
}
