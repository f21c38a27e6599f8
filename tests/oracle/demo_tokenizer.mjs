// Encodes the JSON array of texts on standard input with Hugging Face's tokenizer; prints an array of id arrays.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const folder = process.argv[2];
const tokenizer = new Tokenizer(read(join(folder, 'tokenizer.json')), read(join(folder, 'tokenizer_config.json')));
const texts = read(0);
process.stdout.write(JSON.stringify(texts.map((text) => tokenizer.encode(text, { add_special_tokens: false }).ids)));
