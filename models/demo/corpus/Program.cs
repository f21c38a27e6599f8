using System.Runtime.InteropServices;
using System.Text.Json;
using Temoto.Demo.Corpus;
using Temoto.Demo.Corpus.Tokenizer;

// Seeds of the shipped model: one per artefact, so that none repeats another's draws.
const ulong TokenizerSeed = 1;
const ulong HeldOutSeed = 5;
const ulong TextSeed = 3;
const int VocabularySize = 3072;
const int HeldOutRowsPerGroup = 100;
const ulong ValidationSeed = 4;
const int ValidationRowsPerGroup = 60;

switch (args)
{
    case ["tokenizer", var folder]:
        {
            var random = new SeededRandom(TokenizerSeed);
            var texts = Enumerable.Range(0, 40_000).SelectMany(_ => Conversation.Make(random, Split.Training).Messages().SelectMany(message => new[] { message.Role + "\n", message.Content }));
            var vocabulary = BytePairTrainer.Train(texts, VocabularySize);
            TokenizerFiles.Write(vocabulary, folder);
            Console.WriteLine($"{folder}: {vocabulary.Size} tokens");
            return 0;
        }
    case ["heldout", var folder]:
        {
            File.WriteAllText(Path.Combine(folder, "heldout.jsonl"), HeldOutFiles.ToJsonLines(HeldOutFiles.Exchanges(HeldOutSeed, HeldOutRowsPerGroup)));
            File.WriteAllText(Path.Combine(folder, "heldout.txt"), HeldOutFiles.Text(TextSeed, 32 * 1024));
            return 0;
        }
    case ["train", var tokenizer, var output, var seed, var conversations]:
        {
            var random = new SeededRandom(ulong.Parse(seed)) { Wide = true };
            var encoder = new BytePairEncoder(TokenizerFiles.Read(tokenizer));
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
            using var file = File.Create(output);
            var tokens = 0L;
            for (var left = int.Parse(conversations); left > 0; left--)
            {
                var stream = TokenStream.EncodeBranches(encoder, Conversation.MakeForTraining(random));
                file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(stream)));
                tokens += stream.Count;
            }
            Console.WriteLine($"{output}: {tokens} tokens in {conversations} conversations");
            return 0;
        }
    case ["encode-heldout", var tokenizer, var output]:
        {
            EncodeHeldOut(tokenizer, output, HeldOutFiles.Exchanges(HeldOutSeed, HeldOutRowsPerGroup));
            return 0;
        }
    case ["validation", var tokenizer, var output]:
        {
            var shipped = HeldOutFiles.Exchanges(HeldOutSeed, HeldOutRowsPerGroup).Select(exchange => exchange.Prompt).ToHashSet();
            var exchanges = HeldOutFiles.Exchanges(ValidationSeed, ValidationRowsPerGroup).Where(exchange => !shipped.Contains(exchange.Prompt)).ToList();
            EncodeHeldOut(tokenizer, output, exchanges);
            File.WriteAllText(Path.ChangeExtension(output, ".jsonl"), HeldOutFiles.ToJsonLines(exchanges));
            return 0;
        }
    case ["prompts", var rows]:
        {
            foreach (var row in Lines(rows))
                Console.WriteLine($$"""{"messages": {{row.GetProperty("messages").GetRawText()}}}""");
            return 0;
        }
    case ["grounded", var rows, var answers]:
        {
            var prompts = Lines(rows).Select(row => string.Join('\n', row.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()))).ToArray();
            var invented = Lines(answers).Select(row => (Prompt: prompts[row.GetProperty("index").GetInt32()], Answer: row.GetProperty("text").GetString()!))
                .Select(row => (row.Prompt, row.Answer, Invented: Grounding.Invented(row.Prompt, row.Answer))).Where(row => row.Invented.Count > 0).ToArray();
            foreach (var row in invented)
                Console.WriteLine($"{string.Join(", ", row.Invented)}: {row.Answer} | {row.Prompt.ReplaceLineEndings(" / ")}");
            Console.WriteLine($"{prompts.Length - invented.Length} of {prompts.Length} answers name nothing that their prompts do not have");
            return 0;
        }
    case ["show", var seed, var count]:
        {
            var random = new SeededRandom(ulong.Parse(seed)) { Wide = true };
            for (var left = int.Parse(count); left > 0; left--)
                Console.WriteLine(string.Join('\n', Conversation.MakeForTraining(random).Select(conversation => conversation.ToChatMl())));
            return 0;
        }
    default:
        Console.Error.WriteLine("""
            Makes everything the demo model learns from. Commands:
              tokenizer FOLDER                              trains the tokenizer; writes tokenizer.json and tokenizer_config.json
              heldout FOLDER                                writes heldout.jsonl and heldout.txt
              train TOKENIZER.JSON OUTPUT SEED COUNT        writes COUNT encoded conversations for train.py
              encode-heldout TOKENIZER.JSON OUTPUT          encodes heldout.jsonl for train.py's evaluation, and lists the rows' forms
              validation TOKENIZER.JSON OUTPUT              other held-out rows, encoded, to choose a checkpoint by; and as JSON lines beside them
              prompts ROWS.JSONL                            prints the rows' prompts alone
              grounded ROWS.JSONL ANSWERS.JSONL             lists answers that name what their prompts do not have; ANSWERS as 'temoto run --prompt-file PROMPTS' writes them
              show SEED COUNT                               prints COUNT training conversations
            """);
        return 2;
}

static IEnumerable<JsonElement> Lines(string path) => File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement);

static void EncodeHeldOut(string tokenizer, string output, List<Exchange> exchanges)
{
    var encoder = new BytePairEncoder(TokenizerFiles.Read(tokenizer));
    using var file = File.Create(output);
    foreach (var exchange in exchanges)
        file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(TokenStream.Encode(encoder, new(null, [exchange])))));
    File.WriteAllLines(Path.ChangeExtension(output, ".forms"), exchanges.Select(exchange => exchange.Form));
}
