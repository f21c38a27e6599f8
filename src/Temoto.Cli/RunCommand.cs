using System.CommandLine;
using System.Diagnostics;
using System.Text;

namespace Temoto.Cli;

/// <summary><c>temoto run MODEL -p PROMPT</c>: generates from one prompt, streaming. <c>--image FILE</c>: the classes of pictures.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command("run", "Generate text from a prompt, or name what pictures show\n\nExample: temoto run demo -p \"What are you?\" --temperature 0");
        var model = new ModelChoice();
        var generation = new GenerationChoice();
        var prompt = new Option<string?>("--prompt", "-p") { Description = "The prompt (default: read from stdin); \"\" starts from the beginning-of-sequence token alone", HelpName = "PROMPT" };
        var raw = new Option<bool>("--raw") { Description = "Continue the prompt as it stands, without a chat template" };
        var image = new Option<string[]>("--image") { Description = "A picture for a vision model (PNG, JPEG, BMP, PPM or PGM); may be given several times", HelpName = "FILE" };
        var top = new Option<int>("--top") { Description = "With --image: how many classes to print", HelpName = "N", DefaultValueFactory = _ => ImageRun.DefaultTop };
        top.Within(1, int.MaxValue);
        model.AddTo(command);
        foreach (var option in new Option[] { prompt, raw, image, top })
            command.Options.Add(option);
        generation.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(image) is { Length: > 0 } images)
            {
                RefuseBeside(parsed, "--image", [prompt, raw, .. generation.All]);
                return ImageRun.Run(parsed, model, images, parsed.GetValue(top), cancellation);
            }
            RefuseBeside(parsed, "no --image", top);
            var text = parsed.GetValue(prompt) ?? await ReadStandardInputAsync(cancellation);
            var json = parsed.GetValue(model.Json);
            var loading = Stopwatch.StartNew();
            using var loaded = model.Load(parsed);
            loading.Stop();
            using var session = loaded.CreateSession();
            var system = parsed.GetValue(generation.System);
            var plain = parsed.GetValue(raw) || !loaded.HasChatTemplate || text.Length == 0;
            if (plain && system is not null)
                throw new InputException("--system", null, "a system message for plain continuation", "a model with a chat template, a prompt and no --raw", "leave --system out");
            var start = Stopwatch.GetTimestamp();
            var tokens = plain ? loaded.EncodeRaw(text) : loaded.EncodeChat(Conversation(system, text));
            await using var output = StandardOutput.Open(autoFlush: !json);
            var whole = new StringBuilder();
            foreach (var piece in session.Generate(tokens, generation.Options(parsed), start, cancellation))
            {
                whole.Append(piece);
                if (!json && piece.Length > 0)
                    await output.WriteAsync(piece);
            }
            if (json)
                await WriteJsonAsync(output, parsed.GetRequiredValue(model.Model), loaded, loading.Elapsed, whole.ToString(), session.Statistics);
            else if (!Console.IsOutputRedirected)
                await output.WriteLineAsync();
            await Console.Error.WriteLineAsync(Figures.Line(session.Statistics));
            return 0;
        });
        return command;
    }

    private static void RefuseBeside(ParseResult parsed, string with, params Option[] options)
    {
        foreach (var option in options)
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new InputException(option.Name, null, $"it beside {with}", "a prompt and its options, or pictures and --top", $"leave {option.Name} out");
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

    private static async Task<string> ReadStandardInputAsync(CancellationToken cancellation)
    {
        if (!Console.IsInputRedirected)
            throw new InputException("--prompt", null, "no prompt", "-p PROMPT, a prompt on stdin, or --image FILE for a vision model", "add -p \"...\", or use 'temoto chat' for a conversation");
        var text = await StandardInput.ReadToEndAsync(cancellation);
        // A prompt piped from echo ends with a newline that nobody meant.
        return text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;
    }

    private static async Task WriteJsonAsync(TextWriter output, string name, LanguageModel model, TimeSpan loading, string text, GenerationStatistics statistics)
    {
        await output.WriteLineAsync(Json.Document(json =>
        {
            json.WriteString("model", name);
            json.WriteString("text", text);
            json.WriteString("kernels", model.Info.KernelSet);
            json.WriteNumber("threads", model.Info.Threads);
            json.WriteNumber("load_seconds", loading.TotalSeconds);
            Figures.WriteJson(json, statistics);
        }));
    }
}
