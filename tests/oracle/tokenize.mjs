// Encodes and decodes with @huggingface/tokenizers. Standard input: JSON of
//   { directory, family } (vocab.json + merges.txt) or { tokenizer, config } (inline); texts: [...], or lines: a file taken line by line, with the line ends; decode: [[ids]]; special: bool.
// Standard output: JSON { ids: [[...]], texts: [...] }.
// With the argument "write DIRECTORY" it writes tokenizer.json and tokenizer_config.json there instead.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { tokenizerJson } from "./tokenizer_json.mjs";

const request = JSON.parse(readFileSync(0, "utf8"));
const { tokenizer, config } = request.directory ? tokenizerJson(request.directory, request.family) : request;
if (process.argv[2] === "write") {
    writeFileSync(join(process.argv[3], "tokenizer.json"), JSON.stringify(tokenizer));
    writeFileSync(join(process.argv[3], "tokenizer_config.json"), JSON.stringify(config));
} else {
    const oracle = new Tokenizer(tokenizer, { clean_up_tokenization_spaces: false, ...config });
    const texts = request.lines ? readFileSync(request.lines, "utf8").match(/[^\n]*\n|[^\n]+$/g) : request.texts ?? [];
    const special = request.special ?? true;
    process.stdout.write(JSON.stringify({
        ids: texts.map(text => oracle.encode(text, { add_special_tokens: special }).ids),
        texts: (request.decode ?? []).map(ids => ids.length ? oracle.decode(ids, { skip_special_tokens: request.skipSpecial ?? false }) : ""),
    }));
}
