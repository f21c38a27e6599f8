// Runs clients of others against a server of the demo model; prints what each got as a line of JSON.
import OpenAI from "openai";
import Anthropic from "@anthropic-ai/sdk";
import { generateText, streamText } from "ai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";

const [url] = process.argv.slice(2);
const question = "What are you?";
const messages = [{ role: "user", content: question }];
const limit = 12;

async function openai(results) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
    const whole = await client.chat.completions.create({ model: "demo", messages, max_tokens: limit });
    results["openai create"] = whole.choices[0].message.content;
    const stream = client.chat.completions.stream({ model: "demo", messages, max_tokens: limit, stream_options: { include_usage: true } });
    let streamed = "";
    stream.on("content", piece => { streamed += piece; });
    const final = await stream.finalChatCompletion();
    results["openai stream"] = streamed;
    results["openai final"] = final.choices[0].message.content;
    const usage = await stream.totalUsage();
    if (usage.completion_tokens !== limit || final.choices[0].finish_reason !== "length")
        throw new Error(`usage ${JSON.stringify(usage)}, ${final.choices[0].finish_reason}`);
    const response = await client.responses.create({ model: "demo", input: question, max_output_tokens: limit });
    results["openai responses"] = response.output_text;
    let events = "";
    const ended = client.responses.stream({ model: "demo", input: question, max_output_tokens: limit });
    ended.on("response.output_text.delta", event => { events += event.delta; });
    await ended.finalResponse();
    results["openai responses stream"] = events;
    const names = [];
    for await (const model of client.models.list())
        names.push(model.id);
    if (names.join() !== "demo")
        throw new Error(`models ${names}`);
    try {
        await client.chat.completions.create({ model: "none", messages });
        throw new Error("a model that is not there answered");
    } catch (error) {
        if (error.status !== 404 || error.code !== "model_not_found")
            throw error;
    }
}

async function anthropic(results) {
    const client = new Anthropic({ baseURL: url, apiKey: "any", maxRetries: 0 });
    const whole = await client.messages.create({ model: "demo", max_tokens: limit, messages });
    results["anthropic create"] = whole.content[0].text;
    const final = await client.messages.stream({ model: "demo", max_tokens: limit, messages }).finalMessage();
    results["anthropic stream"] = final.content[0].text;
    if (final.stop_reason !== "max_tokens" || final.usage.output_tokens !== limit)
        throw new Error(`${final.stop_reason}, usage ${JSON.stringify(final.usage)}`);
    const count = await client.messages.countTokens({ model: "demo", messages });
    if (!(count.input_tokens > 0))
        throw new Error(`count ${JSON.stringify(count)}`);
}

async function ai(results) {
    const provider = createOpenAICompatible({ name: "temoto", baseURL: `${url}/v1`, apiKey: "any" });
    const whole = await generateText({ model: provider("demo"), prompt: question, maxOutputTokens: limit, maxRetries: 0 });
    results["ai generateText"] = whole.text;
    let streamed = "";
    for await (const piece of streamText({ model: provider("demo"), prompt: question, maxOutputTokens: limit, maxRetries: 0 }).textStream)
        streamed += piece;
    results["ai streamText"] = streamed;
}

const results = {};
for (const client of [openai, anthropic, ai])
    await client(results);
console.log(JSON.stringify(results));
