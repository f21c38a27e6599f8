// What the playgrounds begin with: small, and of the shop floor.

export const formExamples = {
    schema: {
        form: JSON.stringify({
            type: "object",
            properties: {
                machine: { type: "string", maxLength: 12 },
                severity: { enum: ["low", "medium", "high"] },
                stop: { type: "boolean" },
            },
            required: ["machine", "severity", "stop"],
            additionalProperties: false,
        }, null, 2),
        prompt: "example_form_prompt",
    },
    grammar: {
        form: "root ::= \"P-\" [1-9] \": \" (\"run\" | \"stop\") \", \" [0-9] [0-9] \" C\"",
        prompt: "example_form_prompt",
    },
    choices: {
        form: "run\nwatch\nstop",
        prompt: "example_form_prompt",
    },
};

export const toolExample = JSON.stringify([
    {
        type: "function",
        function: {
            name: "read_sensor",
            description: "Reads a sensor of a machine.",
            parameters: {
                type: "object",
                properties: { machine: { type: "string", maxLength: 8 }, sensor: { enum: ["temperature", "flow", "vibration"] } },
                required: ["machine", "sensor"],
                additionalProperties: false,
            },
        },
    },
], null, 2);
