// Builds the tokenizer.json (and its configuration) that Hugging Face's converter would write from vocab.json + merges.txt.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const QWEN2 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const SPECIAL = { gpt2: ["<|endoftext|>"], opt: ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], qwen2: [] };

const json = (directory, name, absent) => {
    const path = join(directory, name);
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : absent;
};

/** Returns { tokenizer, config } for a directory of the family "qwen2", "gpt2" or "opt". */
export function tokenizerJson(directory, family) {
    const vocab = json(directory, "vocab.json");
    const config = json(directory, "tokenizer_config.json", { tokenizer_class: "GPT2Tokenizer" });
    const added = new Map();
    const add = (id, content, flags) => added.has(id) || added.set(id, { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...flags });
    for (const [id, token] of Object.entries(config.added_tokens_decoder ?? {})) add(Number(id), token.content, token);
    for (const [content, id] of Object.entries(json(directory, "added_tokens.json", {}))) add(id, content, {});
    for (const content of SPECIAL[family]) if (content in vocab) add(vocab[content], content, { normalized: true });

    const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: family !== "qwen2" };
    const split = { type: "Split", pattern: { Regex: QWEN2 }, behavior: "Isolated", invert: false };
    const start = { SpecialToken: { id: "</s>", type_id: 0 } }, text = { Sequence: { id: "A", type_id: 0 } };
    const template = { type: "TemplateProcessing", single: [start, text], pair: [start, text], special_tokens: { "</s>": { id: "</s>", ids: [vocab["</s>"]], tokens: ["</s>"] } } };
    const lines = readFileSync(join(directory, "merges.txt"), "utf8").split("\n");
    const tokenizer = {
        version: "1.0", truncation: null, padding: null,
        added_tokens: [...added.values()].sort((a, b) => a.id - b.id),
        normalizer: family === "qwen2" ? { type: "NFC" } : null,
        pre_tokenizer: family === "qwen2" ? { type: "Sequence", pretokenizers: [split, byteLevel] } : byteLevel,
        post_processor: family === "opt" ? template : byteLevel,
        decoder: byteLevel,
        model: {
            type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: "", end_of_word_suffix: "", fuse_unk: false, byte_fallback: false, ignore_merges: false,
            vocab, merges: lines.filter((line, i) => line !== "" && !(i === 0 && line.startsWith("#version"))),
        },
    };
    return { tokenizer, config };
}
