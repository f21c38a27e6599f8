using System.CommandLine;
using System.Runtime.InteropServices;
using Temoto.Evaluation;
using Temoto.Formats.Files;

namespace Temoto.Cli;

/// <summary><c>temoto logits MODEL --tokens 1,2,3 -o FILE</c>: little-endian float32 [tokens, vocab].</summary>
internal static class LogitsCommand
{
    public static Command Create()
    {
        var command = new Command("logits", "Write the logits of every position\n\nExample: temoto logits demo --tokens 1,2,3 -o logits.f32");
        var model = new ModelChoice();
        var tokens = new Option<IReadOnlyList<int>>("--tokens") { Description = "Token ids, comma-separated", Required = true, HelpName = "1,2,3" };
        var output = new Option<string>("--output", "-o") { Description = "File for the float32 logits, row-major [tokens, vocab]", Required = true, HelpName = "FILE" };
        tokens.EachWithin(0, int.MaxValue);
        model.AddTo(command);
        command.Options.Add(tokens);
        command.Options.Add(output);
        command.SetAction((parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(output);
            OutputPath.RequireFile(path);
            using var loaded = model.Load(parsed, cancellation: cancellation);
            var ids = Known(parsed.GetRequiredValue(tokens), loaded.Info.VocabSize);
            if (ids.Length > loaded.Info.ContextTokens)
                throw new InputException(
                    "--tokens", null, $"{ids.Length} tokens", $"at most the context of {loaded.Info.ContextTokens}", "raise --context or give fewer");
            using var rows = new LogitRows(loaded.Engine);
            AtomicFile.Write(path, stream => rows.Run(ids, 0, (_, logits) => stream.Write(MemoryMarshal.AsBytes(logits)), cancellation));
            if (parsed.GetValue(model.Json))
            {
                Console.WriteLine(Json.Document(
                    new LogitsWritten(parsed.GetRequiredValue(model.Model), path, ids.Length, loaded.Info.VocabSize), ResultContext.Default.LogitsWritten));
            }
            else
            {
                Console.Error.WriteLine($"wrote {path}: float32 [{ids.Length}, {loaded.Info.VocabSize}]");
            }
            return Task.FromResult(0);
        });
        return command;
    }

    private static int[] Known(IReadOnlyList<int> ids, int vocabSize)
    {
        var unknown = ids.FirstOrDefault(id => id >= vocabSize, -1);
        return unknown < 0
            ? [.. ids]
            : throw new InputException("--tokens", null, $"'{unknown}'", $"ids from 0 to {vocabSize - 1}, comma-separated", "use 'temoto tokenize' to get ids");
    }
}

/// <summary>The document of <c>logits</c>.</summary>
internal sealed record LogitsWritten(string Model, string Output, int Tokens, int Vocab);
