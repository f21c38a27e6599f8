// Forms of answers, as requests have them, and what an answer of a form says.

/** The fields of a request that hold its answer to a form. Throws a SyntaxError where a schema is no JSON. */
export function requestOf(kind, form) {
    switch (kind) {
        case "schema": return { response_format: { type: "json_schema", json_schema: { name: "answer", schema: JSON.parse(form), strict: true } } };
        case "grammar": return { grammar: form };
        default: return { structured_outputs: { choice: choicesOf(form) } };
    }
}

/** An answer as a value. Whether it is of a grammar only the server can say; it lets nothing else through. */
export function valueOf(kind, answer, form) {
    switch (kind) {
        case "schema": return jsonOf(answer);
        case "grammar": return { value: answer, isRead: answer !== "" };
        default: return { value: answer, isRead: choicesOf(form).includes(answer) };
    }
}

/** A choice a line. */
const choicesOf = form => form.split("\n").map(line => line.trim()).filter(line => line !== "");

function jsonOf(answer) {
    try {
        return { value: JSON.parse(answer), isRead: true };
    } catch {
        return { value: null, isRead: false };
    }
}
