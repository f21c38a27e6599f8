// Clients of others ask a server of the demo model for values of a schema, by their own ways to do so; prints what each parsed as a line of JSON.
// The model's own answer is a sentence: that there is a value at all is the server's doing. Calls are forced, so that their arguments are values of the schema, too.
import OpenAI from "openai";
import { zodFunction, zodResponseFormat, zodResponsesFunction, zodTextFormat } from "openai/helpers/zod";
import Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { generateObject, generateText, Output, streamObject, streamText, tool } from "ai";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI } from "@langchain/openai";
import { tool as langchainTool } from "@langchain/core/tools";
import { Ollama } from "ollama";
import { z } from "zod";

const [url] = process.argv.slice(2);
const question = "Pump P-3: bearing temperature HIGH 92 C";
const messages = [{ role: "user", content: question }];
const reading = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("temperature"), celsius: z.int().min(-50).max(900) }),
    z.object({ kind: z.literal("vibration"), axis: z.enum(["x", "y", "z"]) }),
]);
const alarm = z.object({
    machine: z.string().regex(/^[A-Z]-[0-9]{1,3}$/),
    severity: z.enum(["low", "high"]),
    note: z.string().max(24).nullable(),
    readings: z.array(reading).min(1).max(2),
});
/** Of calls: the prompt tells the model of it, and the demo's context is short. And of Anthropic's helper, which makes words of bounds and patterns. */
const args = z.object({ machine: z.enum(["P-3", "P-4"]), severity: z.enum(["low", "high"]) });
const name = "raise_alarm";
const description = "Raises an alarm.";
const results = {};

function check(condition, what) {
    if (!condition)
        throw new Error(what);
}

async function openaiChats(client) {
    const response_format = zodResponseFormat(alarm, "alarm");
    const parsed = await client.chat.completions.parse({ model: "demo", messages, response_format });
    results["openai parse"] = parsed.choices[0].message.parsed;
    const stream = client.chat.completions.stream({ model: "demo", messages, response_format });
    let whole = null;
    stream.on("content.done", event => { whole = event.parsed; });
    results["openai stream"] = (await stream.finalChatCompletion()).choices[0].message.parsed;
    check(JSON.stringify(whole) === JSON.stringify(results["openai stream"]), `content.done ${JSON.stringify(whole)}`);

    const tools = [zodFunction({ name, description, parameters: args })];
    const tool_choice = { type: "function", function: { name } };
    const called = await client.chat.completions.parse({ model: "demo", messages, tools, tool_choice });
    results["openai parse, call"] = called.choices[0].message.tool_calls[0].function.parsed_arguments;
    const events = { deltas: "", done: [] };
    const calls = client.chat.completions.stream({ model: "demo", messages, tools, tool_choice })
        .on("tool_calls.function.arguments.delta", event => { events.deltas += event.arguments_delta; })
        .on("tool_calls.function.arguments.done", event => { events.done.push(event); });
    const final = await calls.finalChatCompletion();
    results["openai stream, call"] = final.choices[0].message.tool_calls[0].function.parsed_arguments;
    check(final.choices[0].finish_reason === "tool_calls" && events.done.length === 1 && events.done[0].name === name && events.done[0].index === 0, `events ${JSON.stringify(events)}`);
    check(events.deltas === events.done[0].arguments && JSON.stringify(JSON.parse(events.deltas)) === JSON.stringify(results["openai stream, call"]), `arguments ${JSON.stringify(events)}`);
    await openaiRunsTool(client, "openai runTools, call", false, tool_choice);
    await openaiRunsTool(client, "openai runTools stream, call", true, tool_choice);
}

/** A tool by name is called once, and the helper is done. */
async function openaiRunsTool(client, title, stream, tool_choice) {
    const seen = [];
    const tools = [zodFunction({ name, description, parameters: args, function: input => { seen.push(input); return "raised"; } })];
    const runner = client.chat.completions.runTools({ model: "demo", messages, tools, tool_choice, stream });
    await runner.done();
    check(seen.length === 1 && await runner.finalFunctionToolCallResult() === "raised", `${title}: ${seen.length} calls`);
    check(runner.messages.map(message => message.role).join() === "user,assistant,tool", `${title}: ${JSON.stringify(runner.messages)}`);
    results[title] = seen[0];
}

async function openaiResponses(client) {
    const text = { format: zodTextFormat(alarm, "alarm") };
    results["openai responses parse"] = (await client.responses.parse({ model: "demo", input: question, text })).output_parsed;
    let deltas = "";
    const stream = client.responses.stream({ model: "demo", input: question, text }).on("response.output_text.delta", event => { deltas += event.delta; });
    const final = await stream.finalResponse();
    results["openai responses stream"] = final.output_parsed;
    check(deltas === final.output_text, `deltas ${deltas}`);

    const tools = [zodResponsesFunction({ name, description, parameters: args })];
    const tool_choice = { type: "function", name };
    const call = response => response.output.find(item => item.type === "function_call").parsed_arguments;
    results["openai responses parse, call"] = call(await client.responses.parse({ model: "demo", input: question, tools, tool_choice }));
    let written = "";
    const calls = client.responses.stream({ model: "demo", input: question, tools, tool_choice }).on("response.function_call_arguments.delta", event => { written = event.snapshot; });
    results["openai responses stream, call"] = call(await calls.finalResponse());
    check(JSON.stringify(JSON.parse(written)) === JSON.stringify(results["openai responses stream, call"]), `arguments ${written}`);
}

async function anthropic(client) {
    const request = { model: "demo", max_tokens: 256, messages };
    const output_config = { format: zodOutputFormat(args) };
    results["anthropic parse, small"] = (await client.messages.parse({ ...request, output_config })).parsed_output;
    results["anthropic stream, small"] = (await client.messages.stream({ ...request, output_config }).finalMessage()).parsed_output;
    const seen = [];
    const tools = [betaZodTool({ name, description, inputSchema: args, run: input => { seen.push(input); return "raised"; } })];
    const tool_choice = { type: "tool", name };
    const stream = client.messages.stream({ ...request, tools: tools.map(({ name, description, input_schema }) => ({ name, description, input_schema })), tool_choice });
    let written = "";
    stream.on("inputJson", piece => { written += piece; });
    const called = await stream.finalMessage();
    results["anthropic stream, call"] = called.content.find(block => block.type === "tool_use").input;
    check(called.stop_reason === "tool_use" && JSON.stringify(JSON.parse(written)) === JSON.stringify(results["anthropic stream, call"]), `input ${written}`);
    const runner = client.beta.messages.toolRunner({ ...request, tools, tool_choice, max_iterations: 1 });
    await runner;
    await runner.generateToolResponse();
    results["anthropic toolRunner, call"] = seen[0];
}

async function ai(title, model) {
    const common = { model, prompt: question, maxRetries: 0 };
    results[`${title} generateObject`] = (await generateObject({ ...common, schema: alarm })).object;
    const stream = streamObject({ ...common, schema: alarm });
    let partial = 0;
    for await (const _ of stream.partialObjectStream)
        partial++;
    results[`${title} streamObject`] = await stream.object;
    check(partial > 1, `${title}: ${partial} partial objects`);
    results[`${title} Output.object`] = (await generateText({ ...common, output: Output.object({ schema: alarm }) })).output;
    const seen = [];
    const tools = { [name]: tool({ description, inputSchema: args, execute: input => { seen.push(input); return "raised"; } }) };
    const toolChoice = { type: "tool", toolName: name };
    const called = await generateText({ ...common, tools, toolChoice });
    results[`${title} generateText, call`] = seen[0];
    check(called.toolResults[0].output === "raised", `${title}: ${JSON.stringify(called.toolResults)}`);
    const streamed = streamText({ ...common, tools, toolChoice });
    const parts = [];
    for await (const part of streamed.fullStream)
        parts.push(part.type);
    results[`${title} streamText, call`] = seen[1];
    check(parts.includes("tool-input-delta") && parts.includes("tool-result"), `${title}: ${parts}`);
}

async function langchain(title, fields) {
    const model = new ChatOpenAI({ model: "demo", apiKey: "any", maxRetries: 0, configuration: { baseURL: `${url}/v1` }, ...fields });
    results[`${title} withStructuredOutput`] = await model.withStructuredOutput(alarm, { name, method: "jsonSchema", strict: true }).invoke(question);
    results[`${title} withStructuredOutput, call`] = await model.withStructuredOutput(args, { name, method: "functionCalling", strict: true }).invoke(question);
    const bound = model.bindTools([langchainTool(() => "raised", { name, description, schema: args })], { tool_choice: name });
    const message = await bound.invoke(question);
    check(message.tool_calls.length === 1 && message.tool_calls[0].name === name, `${title}: ${JSON.stringify(message.tool_calls)}`);
    results[`${title} bindTools, call`] = message.tool_calls[0].args;
    let whole;
    for await (const chunk of await bound.stream(question))
        whole = whole ? whole.concat(chunk) : chunk;
    results[`${title} bindTools stream, call`] = whole.tool_calls[0].args;
}

async function ollama(client) {
    const format = z.toJSONSchema(alarm);
    const whole = await client.chat({ model: "demo", messages, format });
    results["ollama chat"] = JSON.parse(whole.message.content);
    let streamed = "";
    for await (const line of await client.chat({ model: "demo", messages, format, stream: true }))
        streamed += line.message.content;
    results["ollama chat, streaming"] = JSON.parse(streamed);
    results["ollama generate"] = JSON.parse((await client.generate({ model: "demo", prompt: question, format })).response);
}

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
await openaiChats(client);
await openaiResponses(client);
await anthropic(new Anthropic({ baseURL: url, apiKey: "any", maxRetries: 0 }));
await ai("ai", createOpenAICompatible({ name: "temoto", baseURL: `${url}/v1`, apiKey: "any", supportsStructuredOutputs: true })("demo"));
const provider = createOpenAI({ baseURL: `${url}/v1`, apiKey: "any" });
await ai("ai chat", provider.chat("demo"));
await ai("ai responses", provider("demo"));
await langchain("langchain", {});
await langchain("langchain responses", { useResponsesApi: true });
await ollama(new Ollama({ host: url }));
for (const [client, value] of Object.entries(results))
    check((/, (call|small)$/.test(client) ? args : alarm).safeParse(value).success, `${client}: ${JSON.stringify(value)}`);
console.log(JSON.stringify(results));
