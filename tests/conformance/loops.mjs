// Clients of others run tools, real functions here, for a server of a model that goes on from the last character that it is told: behind "." it says "Let me see." and calls get_city({}), behind "#" it
// calls that alone, behind "?" it calls get_weather({"city": "Paris"}), behind "!" it answers "The sun shines.", behind ";" with an object. Prints as JSON what each said in the end, and what the
// functions were called with.
import OpenAI from "openai";
import { zodFunction, zodResponseFormat, zodResponsesFunction } from "openai/helpers/zod";
import Anthropic from "@anthropic-ai/sdk";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { generateText, Output, stepCountIs, streamText, tool } from "ai";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI } from "@langchain/openai";
import { HumanMessage } from "@langchain/core/messages";
import { tool as langchainTool } from "@langchain/core/tools";
import { Ollama } from "ollama";
import { z } from "zod";

const [url] = process.argv.slice(2);
const question = "Weather here.";
const messages = [{ role: "user", content: question }];
const most = 5;
/** Of the answer where a client asks for tools and a value at once: the calls come first. */
const sky = z.object({ sky: z.enum(["grey", "clear"]) });
const functions = {
    get_city: { description: "Where it is.", schema: z.object({}), run: () => "Paris?" },
    get_weather: { description: "Weather at a place.", schema: z.object({ city: z.string() }), run: ({ city }) => city === "Paris" ? "sunny" : "no such place" },
};
const results = {};

function check(condition, what) {
    if (!condition)
        throw new Error(what);
}

/** The functions as a client wants them, and the calls that it makes of them. What the last gives leads to a text, or to an object. */
function watched(as, end = "!") {
    const calls = [];
    const tools = Object.entries(functions).map(([name, { description, schema, run }]) => as(name, description, schema, input => {
        calls.push(`${name} ${JSON.stringify(input)}`);
        return name === "get_weather" ? run(input) + end : run(input);
    }));
    return { calls, tools };
}

async function openai(client) {
    for (const stream of [false, true]) {
        const { calls, tools } = watched((name, description, parameters, run) => zodFunction({ name, description, parameters, function: run }));
        const told = [];
        const runner = client.chat.completions.runTools({ model: "demo", messages, tools, stream }, { maxChatCompletions: most })
            .on("functionToolCall", call => told.push(call.name)).on("functionToolCallResult", result => told.push(result));
        const text = await runner.finalContent();
        check(told.join() === "get_city,Paris?,get_weather,sunny!", `runTools told ${told}`);
        check(runner.messages.map(message => message.role).join() === "user,assistant,tool,assistant,tool,assistant", `runTools ${JSON.stringify(runner.messages)}`);
        results[stream ? "openai runTools, streaming" : "openai runTools"] = [text, calls];
    }
    for (const stream of [false, true]) {
        const { calls, tools } = watched((name, description, parameters, run) => zodFunction({ name, description, parameters, function: run }), ";");
        const request = { model: "demo", messages: [{ role: "user", content: "Weather here#" }], tools, stream, response_format: zodResponseFormat(sky, "sky") };
        const final = await client.chat.completions.runTools(request, { maxChatCompletions: most }).finalChatCompletion();
        results[stream ? "openai runTools, streaming, object" : "openai runTools, object"] = [final.choices[0].message.parsed, calls];
    }
}

async function openaiResponses(client) {
    for (const stream of [false, true]) {
        const { calls, tools } = watched((name, description, parameters, run) => zodResponsesFunction({ name, description, parameters, function: run }));
        const input = [...messages];
        for (let i = 0; i < most; i++) {
            const request = { model: "demo", input, tools };
            const response = await (stream ? client.responses.stream(request).finalResponse() : client.responses.parse(request));
            input.push(...response.output);
            const called = response.output.filter(item => item.type === "function_call");
            for (const call of called)
                input.push({ type: "function_call_output", call_id: call.call_id, output: tools.find(tool => tool.name === call.name).$callback(call.parsed_arguments) });
            results[stream ? "openai responses, streaming" : "openai responses"] = [response.output_text, calls];
            if (called.length === 0)
                break;
        }
    }
}

async function anthropic(client) {
    for (const stream of [false, true]) {
        const { calls, tools } = watched((name, description, inputSchema, run) => betaZodTool({ name, description, inputSchema, run }));
        const final = await client.beta.messages.toolRunner({ model: "demo", max_tokens: 64, messages, tools, stream, max_iterations: most }).runUntilDone();
        check(final.stop_reason === "end_turn", `toolRunner ${final.stop_reason}`);
        results[stream ? "anthropic toolRunner, streaming" : "anthropic toolRunner"] = [final.content.map(block => block.text).join(), calls];
    }
}

async function ai(title, model) {
    // Of OpenAI's responses the SDK would else send ids of items in their place, and here nothing is stored.
    const common = { model, prompt: question, stopWhen: stepCountIs(most), maxRetries: 0, providerOptions: { openai: { store: false } } };
    const toolsOf = end => {
        const { calls, tools } = watched((name, description, inputSchema, execute) => [name, tool({ description, inputSchema, execute })], end);
        return { calls, tools: Object.fromEntries(tools) };
    };
    const whole = toolsOf();
    const { text, steps } = await generateText({ ...common, tools: whole.tools });
    check(steps.map(step => step.finishReason).join() === "tool-calls,tool-calls,stop" && steps[0].text === "Let me see.", `${title}: ${steps.map(step => step.finishReason)}`);
    results[`${title} generateText`] = [text, whole.calls];
    const { calls, tools } = toolsOf();
    const stream = streamText({ ...common, tools });
    const parts = [];
    for await (const part of stream.fullStream)
        parts.push(part.type);
    check(parts.filter(part => part === "tool-result").length === 2 && !parts.includes("error"), `${title}: ${parts}`);
    results[`${title} streamText`] = [await stream.text, calls];
    const objects = toolsOf(";");
    const { output } = await generateText({ ...common, prompt: "Weather here#", tools: objects.tools, output: Output.object({ schema: sky }) });
    results[`${title} generateText, object`] = [output, objects.calls];
}

async function langchain(title, fields) {
    const model = new ChatOpenAI({ model: "demo", apiKey: "any", maxRetries: 0, configuration: { baseURL: `${url}/v1` }, ...fields });
    for (const streaming of [false, true]) {
        const { calls, tools } = watched((name, description, schema, run) => langchainTool(run, { name, description, schema }));
        const bound = model.bindTools(tools);
        const history = [new HumanMessage(question)];
        for (let i = 0; i < most; i++) {
            let message;
            if (streaming) {
                for await (const chunk of await bound.stream(history))
                    message = message ? message.concat(chunk) : chunk;
            } else {
                message = await bound.invoke(history);
            }
            history.push(message);
            for (const call of message.tool_calls)
                history.push(await tools.find(tool => tool.name === call.name).invoke(call));
            results[streaming ? `${title} bindTools, streaming` : `${title} bindTools`] = [message.text, calls];
            if (message.tool_calls.length === 0)
                break;
        }
    }
}

async function ollama(client) {
    for (const stream of [false, true]) {
        const { calls, tools } = watched((name, description, schema, run) => ({ name, run, told: { type: "function", function: { name, description, parameters: z.toJSONSchema(schema) } } }));
        const history = [...messages];
        for (let i = 0; i < most; i++) {
            const request = { model: "demo", messages: history, tools: tools.map(tool => tool.told) };
            const message = { role: "assistant", content: "", tool_calls: [] };
            for await (const line of stream ? await client.chat({ ...request, stream }) : [await client.chat(request)]) {
                message.content += line.message.content;
                message.tool_calls.push(...line.message.tool_calls ?? []);
            }
            history.push(message);
            for (const { function: { name, arguments: input } } of message.tool_calls)
                history.push({ role: "tool", tool_name: name, content: tools.find(tool => tool.name === name).run(input) });
            results[stream ? "ollama chat, streaming" : "ollama chat"] = [message.content, calls];
            if (message.tool_calls.length === 0)
                break;
        }
    }
}

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
await openai(client);
await openaiResponses(client);
await anthropic(new Anthropic({ baseURL: url, apiKey: "any", maxRetries: 0 }));
await ai("ai", createOpenAICompatible({ name: "temoto", baseURL: `${url}/v1`, apiKey: "any", supportsStructuredOutputs: true })("demo"));
const provider = createOpenAI({ baseURL: `${url}/v1`, apiKey: "any" });
await ai("ai chat", provider.chat("demo"));
await ai("ai responses", provider("demo"));
await langchain("langchain", {});
await langchain("langchain responses", { useResponsesApi: true });
await ollama(new Ollama({ host: url }));
console.log(JSON.stringify(results));
