using System.CommandLine;
using System.Diagnostics;

namespace Temoto.Cli;

/// <summary><c>temoto run MODEL -p PROMPT</c>: generates from one prompt, streaming. <c>--prompt-file</c>: from a file of them. <c>--image FILE</c>: the classes of pictures.</summary>
internal static class RunCommand
{
    /// <summary>Most answers at a time (<c>--parallel</c>).</summary>
    internal const int MostSessions = 64;

    private const string Description = """
        Generate text from prompts, or name what pictures show

        Example: temoto run demo -p "What are you?" --temperature 0

        The text goes to stdout, followed by a newline where it does not end in one; figures go to stderr. Ctrl-C ends the text where it stands (exit code 130; with --json the document's finish_reason is "cancelled").

        --tools FILE tells the model of tools that it may ask to be called. Nothing is called: each call is a line of JSON on stdout, {"id": .., "name": .., "arguments": {..}}, with --json under "tool_calls". What the model thinks first goes to stderr, with --json under "reasoning".

        --prompt-file FILE.jsonl answers many prompts with a model that is loaded once. Each line is an object: {"prompt": "text"} (with "system") or {"messages": [{"role": .., "content": ..}]}, and if you like "id", max_tokens, temperature, top_k, top_p, min_p, repetition_penalty, presence_penalty, frequency_penalty, seed and stop, which win over the options. All lines are checked before the first is answered. Each answer is a line of JSON on stdout, in the same order: index (from 0), id, text, finish_reason and figures. A prompt that does not fit gives a line with "error", the others go on, and the exit code is 1. Ctrl-C keeps the finished lines.
        """;

    public static Command Create()
    {
        var command = new Command("run", Description);
        var model = new ModelChoice();
        var generation = new GenerationChoice();
        var chats = new ChatChoice();
        var prompt = new Option<string?>("--prompt", "-p") { Description = "The prompt (default: read from stdin); with --raw, \"\" starts from the beginning-of-sequence token alone", HelpName = "PROMPT" };
        var file = new Option<string?>("--prompt-file") { Description = "Read the prompt from a file (- is stdin; a final newline is no part of it); a name that ends in .jsonl: many prompts, a line of JSON each", HelpName = "FILE" };
        var jsonLines = new Option<bool>("--jsonl") { Description = "With --prompt-file: it is JSON Lines, whatever its name" };
        var parallel = new Option<int?>("--parallel") { Description = "With JSON Lines: how many prompts to answer at a time, 1 to 64 (default: up to 8, as memory allows); each is answered as if alone", HelpName = "N" };
        var raw = new Option<bool>("--raw") { Description = "Continue the prompt as it stands, without a chat template" };
        var image = new Option<string[]>("--image") { Description = "A picture for a vision model (PNG, JPEG, BMP, PPM or PGM); may be given several times", HelpName = "FILE" };
        var top = new Option<int>("--top") { Description = "With --image: how many classes to print", HelpName = "N", DefaultValueFactory = _ => ImageRun.DefaultTop };
        top.Within(1, int.MaxValue);
        parallel.Within(1, MostSessions);
        model.AddTo(command);
        foreach (var option in new Option[] { prompt, file, jsonLines, parallel, raw, image, top })
            command.Options.Add(option);
        generation.AddTo(command);
        chats.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(image) is { Length: > 0 } images)
            {
                RefuseBeside(parsed, "--image", "a prompt and its options, or pictures and --top", [prompt, file, jsonLines, parallel, raw, .. generation.All, .. chats.All]);
                return ImageRun.Run(parsed, model, images, parsed.GetValue(top), cancellation);
            }
            RefuseBeside(parsed, "no --image", "a prompt and its options, or pictures and --top", top);
            var options = generation.Options(parsed);
            options.Check();
            if (parsed.GetValue(raw))
                RefuseBeside(parsed, "--raw", "a chat template, which reads it", chats.All);
            var chat = chats.Options(parsed);
            var path = parsed.GetValue(file);
            if (path is not null)
                RefuseBeside(parsed, "--prompt-file", "a prompt or a file", prompt);
            var many = path is not null && (parsed.GetValue(jsonLines) || path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase));
            if (many)
                RefuseBeside(parsed, "JSON Lines, which give JSON Lines", "one or the other", model.Json);
            else
                RefuseBeside(parsed, "no file of JSON Lines", "--prompt-file FILE.jsonl", path is null ? [jsonLines, parallel] : [parallel]);
            var system = parsed.GetValue(generation.System);
            if (system is not null && parsed.GetValue(raw))
                throw PlainSystem();
            var text = parsed.GetValue(prompt) ?? await ReadPromptAsync(parsed.GetRequiredValue(model.Model), path, cancellation);
            if (many)
                return await RunManyAsync(parsed, model, PromptRow.ReadAll(text, NameOf(path), options, system), parsed.GetValue(parallel), parsed.GetValue(raw), chat, cancellation);
            if (path is not null || parsed.GetValue(prompt) is null)
                text = WithoutFinalNewline(text);
            var loading = Stopwatch.StartNew();
            using var loaded = model.Load(parsed, cancellation: cancellation);
            loading.Stop();
            var plain = parsed.GetValue(raw) || !loaded.HasChatTemplate;
            if (plain && system is not null)
                throw PlainSystem();
            if (plain)
                RefuseBeside(parsed, "a model without a chat template", "a chat model", chats.All);
            if (!plain && IsEmpty(text))
                throw EmptyPrompt(path is null && parsed.GetValue(prompt) is not null ? "--prompt" : NameOf(path));
            return TextRun.Run(loaded, parsed.GetRequiredValue(model.Model), () => plain ? TextPrompt.Plain(loaded.EncodeRaw(text)) : TextPrompt.Of(loaded.PrepareChat(Conversation(system, text), chat)), options, loading.Elapsed, parsed.GetValue(model.Json), cancellation);
        });
        return command;
    }

    private static InputException PlainSystem() =>
        new("--system", null, "a system message for plain continuation", "a model with a chat template, a prompt and no --raw", "leave --system out");

    /// <summary>Nothing, or a newline alone.</summary>
    public static bool IsEmpty(string prompt) => WithoutFinalNewline(prompt).Length == 0;

    /// <summary>A chat template would wrap nothing at all, and the model would answer something nobody asked.</summary>
    public static InputException EmptyPrompt(string source) =>
        new(source, null, "an empty prompt", "a text for the chat model to answer", "give one, or --raw to start from the beginning-of-sequence token");

    private static async Task<int> RunManyAsync(ParseResult parsed, ModelChoice model, IReadOnlyList<PromptRow> rows, int? parallel, bool raw, ChatOptions chat, CancellationToken cancellation)
    {
        using var loaded = model.Load(parsed, parallel, cancellation);
        var run = new PromptsRun(loaded, rows, raw, chat);
        run.Check();
        return await run.RunAsync(run.Sessions(parallel), cancellation);
    }

    private static void RefuseBeside(ParseResult parsed, string with, string expected, params Option[] options)
    {
        foreach (var option in options)
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new InputException(option.Name, null, $"it beside {with}", expected, $"leave {option.Name} out");
        }
    }

    private static List<ChatMessage> Conversation(string? system, string user)
    {
        var messages = new List<ChatMessage>();
        if (system is not null)
            messages.Add(new ChatMessage("system", system));
        messages.Add(new ChatMessage("user", user));
        return messages;
    }

    private static string NameOf(string? path) => path is null or "-" ? "stdin" : path;

    private static Task<string> ReadPromptAsync(string model, string? path, CancellationToken cancellation)
    {
        if (path is not null and not "-")
            return Task.FromResult(TextFile.Read(path));
        if (path is null && !Console.IsInputRedirected)
        {
            if (ModelExamples.Commands(model) is { Count: > 0 } commands)
                Console.Error.WriteLine($"Lines to try:\n  {string.Join("\n  ", commands)}");
            throw new InputException("--prompt", null, "no prompt", "-p PROMPT, a prompt on stdin, or --image FILE for a vision model", "add -p \"...\", or use 'temoto chat' for a conversation");
        }
        return StandardInput.ReadToEndAsync(cancellation);
    }

    /// <summary>A prompt piped from echo ends with a newline that nobody meant, and so does a file.</summary>
    private static string WithoutFinalNewline(string text) => text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;
}
