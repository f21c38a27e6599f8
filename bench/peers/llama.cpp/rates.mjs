// llama.cpp as node's addon drives it: node rates.mjs MODEL.gguf [PROMPT] [GENERATED] [THREADS]
// Prints one JSON line: tokens per second of a prompt and of greedy generation by the clock on the wall and by the engine's own (no JavaScript, no sampling), seconds to load and to a
// first token, peak resident bytes. This is not llama.cpp at its best: the addon attaches no thread pool, and llama-bench gets up to twice as much out of the same libraries.
import {readFileSync} from "node:fs";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const [, , modelPath, ...counts] = process.argv;
const [promptTokens = 512, generated = 64, threads = 2] = counts.map(Number);
const engine = {};
const logger = (level, message) => {
    for (const [, prompt, ms, tokens] of message.matchAll(/(prompt )?eval time =\s*([\d.]+) ms \/\s*(\d+)/g))
        engine[prompt ? "prompt" : "generated"] = tokens / ms * 1000;
    if (level === LlamaLogLevel.error || level === LlamaLogLevel.fatal)
        console.error(message);
};
/** Largest resident set so far. */
const peakBytes = () => Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
const ids = Array.from({length: promptTokens}, (_, i) => 97 + i * 7 % 26); // Bytes, as the seeded checkpoints number them.
const pick = {generateNext: {token: true, options: {temperature: 0}}};
const prompt = (count) => ids.slice(0, count).map((id, i) => i === count - 1 ? [id, pick] : id);

const llama = await getLlama({gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.info, logger, maxThreads: threads});
const started = performance.now(), since = () => (performance.now() - started) / 1000;
const model = await llama.loadModel({modelPath, gpuLayers: 0});
const context = await model.createContext({
    contextSize: promptTokens + 2 * generated, batchSize: 512, threads: {ideal: threads, min: threads}, performanceTracking: true, flashAttention: true,
});
const load = since(), sequence = context.getSequence();
await sequence.controlledEvaluate(prompt(1));
const first = since();

/** Tokens per second by the wall. */
async function timed(tokens, evaluate) {
    await sequence.clearHistory();
    const from = performance.now();
    await evaluate();
    const rate = tokens / (performance.now() - from) * 1000;
    await context.printTimings();
    return rate;
}
const readPrompt = () => timed(promptTokens, () => sequence.controlledEvaluate(prompt(promptTokens)));
await readPrompt(); // not counted
const promptRate = await readPrompt();
const generatedRate = await timed(generated, async () => {
    let next = ids[0];
    for (let i = 0; i < generated; i++)
        next = (await sequence.controlledEvaluate([[next, pick]])).at(-1).next.token;
});
console.log(JSON.stringify({
    load_seconds: load, first_token_seconds: first, prompt_tokens_per_second: promptRate, generated_tokens_per_second: generatedRate,
    engine_prompt_tokens_per_second: engine.prompt, engine_generated_tokens_per_second: engine.generated, peak_resident_bytes: peakBytes(),
}));
await context.dispose();
await llama.dispose();
