// The table of a comparison: node table.mjs LOG      LOG: what compare keeps, a JSON object per line
// A round's rate of either side is that of the setting whose median over all rounds is best; ratios are taken round by round.
import {readFileSync} from "node:fs";

const TESTS = ["pp512", "pp2048", "tg64", "tg64@2048"];
const rows = readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
const median = (list) => { const sorted = [...list].sort((a, b) => a - b), i = sorted.length >> 1; return sorted.length % 2 ? sorted[i] : (sorted[i - 1] + sorted[i]) / 2; };
const spread = (list, digits) => `${median(list).toFixed(digits)} (${Math.min(...list).toFixed(digits)} to ${Math.max(...list).toFixed(digits)})`;

/** {setting: [rate of each round]} of one side and test. */
function settings(who, of, test) {
    const found = {};
    for (const row of of.filter((item) => item.who === who)) {
        if (who === "temoto") {
            (found[`KV ${row.kv}`] ??= []).push(row.bench.results.find((result) => result.test === test).tokens_per_second.median);
            continue;
        }
        for (const [config, rates] of Object.entries(row.rates.configs))
            (found[config.replace(/^fa-/, "flash attention, KV ").replace(/^nofa-/, "no flash attention, KV ")] ??= []).push(rates[test]);
    }
    return found;
}
const best = (found) => Object.entries(found).reduce((a, b) => median(a[1]) >= median(b[1]) ? a : b);

const ours = rows.filter((row) => row.who === "temoto"), first = ours[0].bench;
console.log(`Read bandwidth in the same run: ${spread(ours.map((row) => row.bench.read_bandwidth_gigabytes_per_second), 1)} GB/s. Temoto: kernels ${first.kernels}, ${first.threads} threads. ${first.cpu}.\n`);
console.log("| weights | test | Temoto | its best setting | llama.cpp | its best setting | ratio, median (min to max) | of the read bandwidth |\n|---|---|---:|---|---:|---|---:|---:|");
const line = (...cells) => console.log(`| ${cells.join(" | ")} |`);
for (const weights of [...new Set(rows.map((row) => row.weights))]) {
    const of = rows.filter((row) => row.weights === weights);
    for (const test of TESTS) {
        const [mySetting, mine] = best(settings("temoto", of, test)), [theirSetting, theirs] = best(settings("llama.cpp", of, test));
        const fractions = of.filter((row) => row.who === "temoto" && `KV ${row.kv}` === mySetting).map((row) => row.bench.results.find((result) => result.test === test).roofline_fraction);
        line(weights, `${test}, tokens/s`, median(mine).toFixed(1), mySetting, median(theirs).toFixed(1), theirSetting, spread(mine.map((rate, i) => rate / theirs[i]), 2), test.startsWith("tg") ? median(fractions).toFixed(2) : "");
    }
    const temoto = of.filter((row) => row.who === "temoto" && row.kv === "f16"), llama = of.filter((row) => row.who === "llama.cpp").map((row) => row.rates);
    const fileMib = temoto[0].bench.weight_bytes / 1048576;
    line(weights, "load to first token, ms", median(temoto.map((row) => (row.first.load_seconds + row.first.time_to_first_token_seconds) * 1000)).toFixed(0), "", median(llama.map((row) => row.first_token_seconds * 1000)).toFixed(0), "", "", "");
    line(weights, `peak resident, MiB (weights ${fileMib.toFixed(0)})`, median(temoto.map((row) => row.bench.peak_resident_bytes / 1048576)).toFixed(0), "KV f16, context 2112",
        median(llama.map((row) => row.resident_mib)).toFixed(0), `KV f16, context 2176; ${median(llama.map((row) => row.node_mib)).toFixed(0)} of it node`, "", "");
}
