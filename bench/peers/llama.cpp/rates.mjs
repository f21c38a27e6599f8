// Rates of llama.cpp: node rates.mjs MODEL.gguf [THREADS]
// Prints one JSON line: prompt tokens per second over 512 tokens, generated tokens per second over 64, by the engine's own clock
// (no JavaScript, no sampling) and by the wall, flash attention on (its default), resident memory.
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const PROMPT = 512, GENERATED = 64;
const [, , modelPath, threadText = "2"] = process.argv, threads = Number(threadText);
const engine = {};
const logger = (level, message) => {
    for (const [, prompt, ms, tokens] of message.matchAll(/(prompt )?eval time =\s*([\d.]+) ms \/\s*(\d+)/g))
        engine[prompt ? "prompt" : "generate"] = tokens / ms * 1000;
};
const llama = await getLlama({gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.info, logger, maxThreads: threads});
const started = performance.now();
const model = await llama.loadModel({modelPath, gpuLayers: 0});
const loadSeconds = (performance.now() - started) / 1000;
const context = await model.createContext({contextSize: 1024, batchSize: PROMPT, threads: {ideal: threads, min: threads}, performanceTracking: true, flashAttention: true});
const sequence = context.getSequence();
// Token ids of a plain text: bytes, as the seeded checkpoints number them.
const ids = Array.from({length: PROMPT}, (_, i) => 97 + i * 7 % 26);
const pick = {generateNext: {token: true, options: {temperature: 0}}};

let from = performance.now();
let next = (await sequence.controlledEvaluate(ids.map((id, i) => i === PROMPT - 1 ? [id, pick] : id))).at(-1).next.token;
const promptWall = PROMPT / (performance.now() - from) * 1000;
await context.printTimings();
const promptEngine = engine.prompt;
from = performance.now();
for (let i = 0; i < GENERATED; i++)
    next = (await sequence.controlledEvaluate([[next, pick]])).at(-1).next.token;
const generateWall = GENERATED / (performance.now() - from) * 1000;
await context.printTimings();
console.log(JSON.stringify({
    prefill: promptEngine, prefill_wall: promptWall, decode: engine.generate, decode_wall: generateWall,
    load_seconds: loadSeconds, resident_mib: process.memoryUsage().rss / 1048576,
}));
await context.dispose();
await llama.dispose();
