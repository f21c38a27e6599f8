// Renders chat templates with @huggingface/jinja. Standard input: JSON list of {template, variables}; output: JSON list of {text} or {error}.
import { readFileSync } from "node:fs";
import { Template } from "@huggingface/jinja";

const cases = JSON.parse(readFileSync(0, "utf8"));
const results = cases.map(({ template, variables }) => {
    try {
        return { text: new Template(template).render(variables) };
    } catch (error) {
        return { error: String(error) };
    }
});
process.stdout.write(JSON.stringify(results));
