// What the playgrounds begin with: small, and of the shop floor.

export const formExamples = {
    schema: {
        form: `{
  "type": "object",
  "properties": {
    "machine": { "enum": ["P-3", "P-7"] },
    "severity": { "enum": ["notice", "warning", "critical"] },
    "cause": { "enum": ["bearing overheating", "motor overload", "battery low"] },
    "stop": { "type": "boolean" }
  },
  "required": ["machine", "severity", "cause", "stop"],
  "additionalProperties": false
}`,
        prompt: "example_form_prompt",
    },
    grammar: {
        form: `root  ::= "P-" [1-9] ": " state ", " [0-9] [0-9] " C"
state ::= "running" | "stopped"`,
        prompt: "example_form_prompt",
    },
    choices: {
        form: "run on\nwatch it\nstop now",
        prompt: "example_form_prompt",
    },
};

export const toolExample = `[
  {
    "type": "function",
    "function": {
      "name": "read_sensor",
      "description": "Reads a sensor of a machine.",
      "parameters": {
        "type": "object",
        "properties": {
          "machine": { "type": "string", "maxLength": 8 },
          "sensor": { "enum": ["temperature", "flow"] }
        },
        "required": ["machine", "sensor"],
        "additionalProperties": false
      }
    }
  }
]`;
