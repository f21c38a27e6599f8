// Rates of llama.cpp: node rates.mjs MODEL.gguf [THREADS] [CONFIGS]      CONFIGS: fa-f16,nofa-f16,fa-q8_0 (flash attention, KV type)
// Prints one JSON line. Per configuration: pp512, pp2048, tg64 and tg64@2048 (64 tokens behind 2048 cached ones) in tokens per second by the engine's own clock (no JavaScript, no
// sampling), and under "wall" by the clock on the wall. Load time, time from there to a first token, and peak resident memory of the first configuration, with what node alone takes.
import {readFileSync} from "node:fs";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const SHORT = 512, LONG = 2048, GENERATED = 64;
const [, , modelPath, threadText = "2", configText = "fa-f16,nofa-f16,fa-q8_0"] = process.argv, threads = Number(threadText);
const engine = {};
const logger = (level, message) => {
    for (const [, prompt, ms, tokens] of message.matchAll(/(prompt )?eval time =\s*([\d.]+) ms \/\s*(\d+)/g))
        engine[prompt ? "prompt" : "generate"] = tokens / ms * 1000;
    if (level === LlamaLogLevel.error || level === LlamaLogLevel.fatal)
        console.error(message);
};
/** Largest resident set so far, in MiB. */
const peakMib = () => Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
const ids = Array.from({length: LONG}, (_, i) => 97 + i * 7 % 26); // Bytes, as the seeded checkpoints number them.
const pick = {generateNext: {token: true, options: {temperature: 0}}};
const prompt = (count) => ids.slice(0, count).map((id, i) => i === count - 1 ? [id, pick] : id);

const llama = await getLlama({gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.info, logger, maxThreads: threads});
const nodeMib = peakMib(), started = performance.now();
const model = await llama.loadModel({modelPath, gpuLayers: 0});
const loadSeconds = (performance.now() - started) / 1000;
const newContext = (config, contextSize) => model.createContext({
    contextSize, batchSize: SHORT, threads: {ideal: threads, min: threads}, performanceTracking: true, flashAttention: !config.startsWith("nofa"),
    ...(config.endsWith("q8_0") && {experimentalKvCacheKeyType: "Q8_0", experimentalKvCacheValueType: "Q8_0"}),
});

/** Tokens per second of one evaluation, by the wall and by the engine. */
async function timed(context, tokens, clock, evaluate) {
    const from = performance.now();
    await evaluate();
    const wall = tokens / (performance.now() - from) * 1000;
    await context.printTimings();
    return [engine[clock], wall];
}

const configs = {};
let firstTokenSeconds, residentMib;
for (const config of configText.split(",")) {
    const context = await newContext(config, LONG + 2 * GENERATED), sequence = context.getSequence();
    const generate = async () => {
        let next = ids[0];
        for (let i = 0; i < GENERATED; i++)
            next = (await sequence.controlledEvaluate([[next, pick]])).at(-1).next.token;
    };
    const rates = {}, wall = {};
    const record = (name, [engineRate, wallRate]) => { rates[name] = engineRate; wall[name] = wallRate; };
    await sequence.controlledEvaluate(prompt(1));
    firstTokenSeconds ??= (performance.now() - started) / 1000;
    await sequence.clearHistory();
    await timed(context, SHORT, "prompt", () => sequence.controlledEvaluate(prompt(SHORT))); // not counted
    await sequence.clearHistory();
    record("pp512", await timed(context, SHORT, "prompt", () => sequence.controlledEvaluate(prompt(SHORT))));
    await sequence.clearHistory();
    record("tg64", await timed(context, GENERATED, "generate", generate));
    await sequence.clearHistory();
    record("pp2048", await timed(context, LONG, "prompt", () => sequence.controlledEvaluate(prompt(LONG))));
    record("tg64@2048", await timed(context, GENERATED, "generate", generate));
    configs[config] = {...rates, wall};
    await context.dispose();
    residentMib ??= peakMib();
}
console.log(JSON.stringify({configs, load_seconds: loadSeconds, first_token_seconds: firstTokenSeconds, resident_mib: residentMib, node_mib: nodeMib}));
await llama.dispose();
