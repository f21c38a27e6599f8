// Greedy continuation by llama.cpp: node greedy.mjs MODEL.gguf IDS [COUNT] [logits]   (IDS: 1,2,3)
// Prints one JSON line: {"ids": [...], "vocabulary": N}; with "logits", {"logits": [[...], ...], "vocabulary": N}, one row per prompt position.
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const [, , modelPath, idList, countText = "16", mode = "ids"] = process.argv;
const prompt = idList.split(",").map(Number), count = Number(countText);
const logger = (level, message) => {
    if (level === LlamaLogLevel.error || level === LlamaLogLevel.fatal)
        console.error(message);
};
const llama = await getLlama({gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.error, logger, maxThreads: 1});
const model = await llama.loadModel({modelPath, gpuLayers: 0});
const context = await model.createContext({
    contextSize: Math.min(model.trainContextSize, 1024), batchSize: 512, threads: 1, flashAttention: false,
    experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32",
});
const sequence = context.getSequence();
const vocabulary = [...model.iterateAllTokens()].length;
if (mode === "logits") {
    const results = await sequence.controlledEvaluate(prompt.map((token) => [token, {generateNext: {logits: true}}]));
    const logits = results.map(({next}) => {
        const row = new Array(vocabulary);
        next.logits.forEach((value, id) => { row[id] = value; });
        return row;
    });
    console.log(JSON.stringify({logits, vocabulary}));
} else {
    const pick = {generateNext: {token: true, options: {temperature: 0}}};
    const ids = [];
    let input = prompt.map((token, i) => (i === prompt.length - 1 ? [token, pick] : token));
    for (let i = 0; i < count; i++) {
        const next = (await sequence.controlledEvaluate(input)).at(-1).next.token;
        ids.push(next);
        input = [[next, pick]];
    }
    console.log(JSON.stringify({ids, vocabulary}));
}
await context.dispose();
await llama.dispose();
