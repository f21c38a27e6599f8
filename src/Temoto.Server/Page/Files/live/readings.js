// What the server says of itself, twice: rates are what was counted between two looks, over the time between them.
import { ask } from "../server/ask.js";
import { samplesOf } from "../server/samples.js";

/** Looks once; the slots are those of a model. */
export async function look(model) {
    const [metrics, slots] = await Promise.all([ask("/metrics"), ask(`/slots?model=${encodeURIComponent(model)}`)]);
    return { time: performance.now(), samples: samplesOf(await metrics.text()), slots: await slots.json() };
}

/** Figures of now, and of the time since the look before; null where nothing was counted. */
export function readingsOf(now, before) {
    const value = name => now.samples.get(name) ?? 0;
    const since = name => before ? value(name) - (before.samples.get(name) ?? 0) : 0;
    const seconds = before ? (now.time - before.time) / 1000 : 0;
    const mean = name => value(`${name}_count`) > 0 ? value(`${name}_sum`) / value(`${name}_count`) : null;
    const decoded = since("temoto_decoded_tokens_total");
    return {
        // A server that has begun anew counts from nothing.
        tokensPerSecond: seconds > 0 && since("temoto_generated_tokens_total") >= 0 ? since("temoto_generated_tokens_total") / seconds : null,
        bytesPerToken: decoded > 0 ? since("temoto_decode_bytes_total") / decoded : null,
        bytesPerTokenSoFar: value("temoto_decoded_tokens_total") > 0 ? value("temoto_decode_bytes_total") / value("temoto_decoded_tokens_total") : null,
        queue: value("temoto_queue_length"),
        resident: value("temoto_resident_bytes"),
        peakResident: value("temoto_peak_resident_bytes"),
        prefixCache: value("temoto_prefix_cache_bytes"),
        generated: value("temoto_generated_tokens_total"),
        prompt: value("temoto_prompt_tokens_total"),
        reused: value("temoto_reused_tokens_total"),
        rejected: value("temoto_rejected_total"),
        firstTokenSeconds: mean("temoto_time_to_first_token_seconds"),
        queueSeconds: mean("temoto_queue_seconds"),
        slots: now.slots,
    };
}
