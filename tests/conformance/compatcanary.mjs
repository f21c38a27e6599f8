// Scans a server of the demo model with compatcanary, by both of its profiles; prints the score of each, and what each probe found, as a line of JSON.
import { scanEndpoint } from "compatcanary";

const [url] = process.argv.slice(2);
const scans = {};
for (const profile of ["chat", "modern"]) {
    // Its own limit of 30 s for each probe is of no use where others keep the machine busy.
    const { score, results } = await scanEndpoint({ baseUrl: `${url}/v1`, model: "demo", profile, timeoutMs: 2 ** 31 - 1 });
    scans[profile] = { score, probes: results.map(({ id, status, summary }) => `${status} ${id}: ${summary}`) };
}
console.log(JSON.stringify(scans));
