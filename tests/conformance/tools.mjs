// Runs clients of others against a server of a model that thinks, says "Let me look." and calls get_weather({"city": "Paris"}) and get_time({}); prints what each read as JSON.
import OpenAI from "openai";
import Anthropic from "@anthropic-ai/sdk";
import { generateText, streamText, tool, jsonSchema } from "ai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";

const [url] = process.argv.slice(2);
const question = "Weather?";
const messages = [{ role: "user", content: question }];
const weather = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const nothing = { type: "object", properties: {}, additionalProperties: false };
const nested = [{ type: "function", function: { name: "get_weather", parameters: weather } }, { type: "function", function: { name: "get_time", parameters: nothing } }];
const told = calls => calls.map(([name, args]) => `${name} ${JSON.stringify(args)}`).join("; ");
const results = {};

async function openai() {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
    const whole = await client.chat.completions.create({ model: "demo", messages, tools: nested });
    const calls = message => told(message.tool_calls.map(call => [call.function.name, JSON.parse(call.function.arguments)]));
    results["openai create"] = [whole.choices[0].message.content, calls(whole.choices[0].message), whole.choices[0].finish_reason];
    const stream = client.chat.completions.stream({ model: "demo", messages, tools: nested });
    const final = await stream.finalChatCompletion();
    results["openai stream"] = [final.choices[0].message.content, calls(final.choices[0].message), final.choices[0].finish_reason];
    // The calls go back with what came of them, and the answer must again be one: the helper runs it.
    const seen = [];
    const runner = client.chat.completions.runTools({
        model: "demo", messages, tool_choice: { type: "function", function: { name: "get_weather" } },
        tools: [{ type: "function", function: { name: "get_weather", parameters: weather, parse: JSON.parse, function: args => { seen.push(args.city); return "sunny"; } } }],
    }, { maxChatCompletions: 1 });
    await runner.done();
    if (seen.join() !== "Oslo")
        throw new Error(`runTools called with ${seen}`);
    const flat = nested.map(item => ({ type: "function", strict: false, ...item.function }));
    const items = response => [response.output_text, told(response.output.filter(item => item.type === "function_call").map(item => [item.name, JSON.parse(item.arguments)])), response.output.map(item => item.type).join()];
    results["openai responses"] = items(await client.responses.create({ model: "demo", input: question, tools: flat }));
    results["openai responses stream"] = items(await client.responses.stream({ model: "demo", input: question, tools: flat }).finalResponse());
}

async function anthropic() {
    const client = new Anthropic({ baseURL: url, apiKey: "any", maxRetries: 0 });
    const request = { model: "demo", max_tokens: 64, messages, thinking: { type: "enabled", budget_tokens: 1024 }, tools: [{ name: "get_weather", input_schema: weather }, { name: "get_time", input_schema: nothing }] };
    const blocks = message => [message.content.find(block => block.type === "text").text, told(message.content.filter(block => block.type === "tool_use").map(block => [block.name, block.input])), message.stop_reason];
    results["anthropic create"] = blocks(await client.messages.create(request));
    results["anthropic stream"] = blocks(await client.messages.stream(request).finalMessage());
}

async function ai() {
    const provider = createOpenAICompatible({ name: "temoto", baseURL: `${url}/v1`, apiKey: "any" });
    const tools = { get_weather: tool({ inputSchema: jsonSchema(weather) }), get_time: tool({ inputSchema: jsonSchema(nothing) }) };
    const calls = list => told(list.map(call => [call.toolName, call.input]));
    const whole = await generateText({ model: provider("demo"), prompt: question, tools, maxRetries: 0 });
    results["ai generateText"] = [whole.text, calls(whole.toolCalls), whole.finishReason];
    const stream = streamText({ model: provider("demo"), prompt: question, tools, maxRetries: 0 });
    results["ai streamText"] = [await stream.text, calls(await stream.toolCalls), await stream.finishReason];
    if (whole.reasoningText !== "They want the weather." || await stream.reasoningText !== whole.reasoningText)
        throw new Error(`thoughts ${whole.reasoningText}`);
}

for (const client of [openai, anthropic, ai])
    await client();
console.log(JSON.stringify(results));
