using System.CommandLine;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;

namespace Temoto.Cli;

/// <summary><c>temoto tokenize MODEL</c>: text on stdin to ids, or ids to text. A directory needs no weights.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A directory with tokenizer files, a .gguf file, a llama2.c .bin file, a name that 'temoto list' shows, or 'demo'" };
        var decode = new Option<bool>("--decode") { Description = "Read ids from stdin (any separators), write text" };
        var noSpecial = new Option<bool>("--no-special") { Description = "Add no special tokens around the text (with --decode: leave special tokens out)" };
        var verify = new ModelChoice().Verify;
        var json = ModelChoice.JsonOption();
        var command = new Command("tokenize", "Turn text into token ids, or back\n\nExample: echo -n \"pump 3 is hot\" | temoto tokenize demo") { model, decode, noSpecial, verify, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var tokenizer = Open(ModelChoice.Resolve(parsed.GetRequiredValue(model)), parsed.GetValue(verify), cancellation);
            var input = await StandardInput.ReadToEndAsync(cancellation);
            await using var output = StandardOutput.Open(autoFlush: false);
            var asJson = parsed.GetValue(json);
            if (parsed.GetValue(decode))
                WriteText(output, tokenizer, ParseIds(input, tokenizer.VocabSize), parsed.GetValue(noSpecial), asJson);
            else
                WriteIds(output, tokenizer, tokenizer.Encode(input, addSpecialTokens: !parsed.GetValue(noSpecial)), asJson);
            return 0;
        });
        return command;
    }

    private static Tokenizer Open(string path, bool verify, CancellationToken cancellation)
    {
        TokenizerModel? model;
        if (Directory.Exists(path) && !verify)
        {
            model = TokenizerFiles.Read(path);
        }
        else if (!verify && GgufFile.IsAt(path))
        {
            // A vocabulary needs no model that runs.
            model = GgufCheckpoint.ReadTokenizer(path);
        }
        else
        {
            using var checkpoint = CheckpointReader.Open(path);
            if (verify)
                CheckpointFile.Require(checkpoint, cancellation);
            model = checkpoint.Tokenizer;
        }
        return model is null
            ? throw new InputException(
                path, null, "no tokenizer", "tokenizer.json, or vocab.json and merges.txt, or a tokenizer inside the file",
                "copy the tokenizer's files there")
            : Tokenizer.Create(model, path);
    }

    private static int[] ParseIds(string text, int vocabSize)
    {
        var parts = text.Split([' ', ',', '\t', '\r', '\n', '[', ']'], StringSplitOptions.RemoveEmptyEntries);
        var ids = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!StrictNumber.TryRead(parts[i], out ids[i]) || ids[i] < 0 || ids[i] >= vocabSize)
                throw new InputException("stdin", $"id {i + 1}", $"'{parts[i]}'", $"ids from 0 to {vocabSize - 1}", "give ids separated by spaces or commas");
        }
        return ids;
    }

    private static void WriteText(TextWriter output, Tokenizer tokenizer, int[] ids, bool skipSpecial, bool asJson)
    {
        var text = tokenizer.Decode(ids, skipSpecial);
        if (asJson)
            output.WriteLine(Json.Document(new Detokenized(text), ResultContext.Default.Detokenized));
        else
            output.Write(text);
    }

    private static void WriteIds(TextWriter output, Tokenizer tokenizer, int[] ids, bool asJson)
    {
        if (!asJson)
        {
            output.WriteLine(string.Join(' ', ids));
            return;
        }
        output.WriteLine(Json.Document(new Tokenized(ids, ids.Select(tokenizer.TokenOf)), ResultContext.Default.Tokenized));
    }
}

/// <summary>The document of <c>tokenize</c>.</summary>
internal sealed record Tokenized(int[] Ids, IEnumerable<string?> Tokens);

/// <summary>The document of <c>tokenize --decode</c>.</summary>
internal sealed record Detokenized(string Text);
