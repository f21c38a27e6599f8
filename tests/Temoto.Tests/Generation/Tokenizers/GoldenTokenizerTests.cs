using System.Text;
using System.Text.Json;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation.Tokenizers;

/// <summary>Ids and texts by Hugging Face's Rust library (tokenizers 0.23.3), row by row: 107 tokenizers composed to cover the format, and those of real models.</summary>
public class GoldenTokenizerTests(ITestOutputHelper output)
{
    private static readonly string Golden = Path.Combine(RepositoryPaths.Root, "..", "shared", "data", "golden-tokenizers");

    public static TheoryData<string> Made => [.. Names(Path.Combine(Golden, "made"))];

    [Theory]
    [MemberData(nameof(Made))]
    public void AComposedTokenizerGivesTheSame(string name)
    {
        Assert.SkipWhen(name.Length == 0, "no reference tokenizers beside the repository (shared/data/golden-tokenizers)");
        var folder = Path.Combine(Golden, "made", name);
        var model = TokenizerJson.Read(Path.Combine(folder, "tokenizer.json"));
        var rows = Directory.GetFiles(folder, "*.jsonl").Order().SelectMany(File.ReadLines).ToList();
        Assert.True(Compare(Tokenizer.Create(model, name), rows) > 40);
        // As a .temoto file carries it.
        Compare(Tokenizer.Create(TokenizerDocument.Read(Encoding.UTF8.GetBytes(TokenizerDocument.Write(model)), name), name), rows);
    }

    /// <summary>Text that comes out id by id is the text of all, but where U+FFFD hides which bytes there were.</summary>
    [Theory]
    [MemberData(nameof(Made))]
    public void PiecesTogetherAreTheWhole(string name)
    {
        Assert.SkipWhen(name.Length == 0, "no reference tokenizers beside the repository (shared/data/golden-tokenizers)");
        var folder = Path.Combine(Golden, "made", name);
        var tokenizer = Tokenizer.Create(TokenizerJson.Read(Path.Combine(folder, "tokenizer.json")), name);
        var differences = 0;
        foreach (var line in File.ReadLines(Path.Combine(folder, "cases.jsonl")))
        {
            using var row = JsonDocument.Parse(line);
            var ids = Ids(row.RootElement, "ids");
            var stream = StreamingDecoder.Create(tokenizer, skipSpecialTokens: false);
            var text = string.Concat(ids.Select(id => stream.Push(id).ToString())) + stream.Flush().ToString();
            var whole = row.RootElement.GetProperty("decoded").GetString()!;
            if (!whole.Contains('\uFFFD'))
                differences += Difference(Shown(ids), "streamed", whole, text);
        }
        Assert.True(differences == 0, $"{differences} differences, see the output");
    }

    /// <summary>Damaged files of every part are read or refused in one line; what is read encodes and decodes.</summary>
    [Theory]
    [MemberData(nameof(Made))]
    public void DamagedFilesAreReadOrRefused(string name)
    {
        Assert.SkipWhen(name.Length == 0, "no reference tokenizers beside the repository (shared/data/golden-tokenizers)");
        var bytes = File.ReadAllBytes(Path.Combine(Golden, "made", name, "tokenizer.json"));
        Mutations.Run(bytes, seed: 3, count: 40, damaged =>
        {
            var tokenizer = Tokenizer.Create(TokenizerJson.Read(damaged, "tokenizer.json"), "tokenizer.json");
            tokenizer.Decode(tokenizer.Encode("The pump <s> is 漢字 ½ 😀 \n 123"));
        });
    }

    /// <summary>Files that tests/oracle/install fetches and checks by their hashes; that of minilm lies beside its weights. (It sets truncation and padding, which are left to whoever runs the model.)</summary>
    [Theory]
    [InlineData("claude")]
    [InlineData("deepseek_v3")]
    [InlineData("gemini")]
    [InlineData("gemma3")]
    [InlineData("gpt35turbo")]
    [InlineData("gpt4o")]
    [InlineData("gptoss")]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("llama3_1")]
    [InlineData("minilm")]
    [InlineData("qwen3")]
    public void ARealTokenizerGivesTheSame(string name)
    {
        var rows = Path.Combine(Golden, "real", $"{name}.jsonl");
        Assert.SkipUnless(File.Exists(rows), "no reference tokenizers beside the repository (shared/data/golden-tokenizers)");
        var file = name == "minilm" ? RepositoryPaths.DataPath("all-minilm-l6-v2/tokenizer.json") : Path.Combine(RepositoryPaths.Root, "tests", "oracle", "tokenizers", name, "tokenizer.json");
        Assert.SkipUnless(File.Exists(file), $"the tokenizer of {name} is not there: run tests/oracle/install");
        var tokenizer = Tokenizer.Create(TokenizerJson.Read(file), name);
        var decode = Path.Combine(Golden, "real", $"{name}.decode.jsonl");
        Assert.True(Compare(tokenizer, File.ReadLines(rows).Concat(File.Exists(decode) ? File.ReadLines(decode) : [])) >= 250);
    }

    /// <summary>By sentencepiece 0.2.3 itself, which puts no special tokens around texts, takes none in them for such, and says nothing of them.</summary>
    [Theory]
    [InlineData("bpe-byte-fallback")]
    [InlineData("bpe-identity-no-prefix")]
    [InlineData("unigram-nmt-nfkc")]
    public void ASentencePieceModelGivesTheSame(string name)
    {
        var folder = Path.Combine(Golden, "made-sp", name);
        Assert.SkipUnless(Directory.Exists(folder), "no reference tokenizers beside the repository (shared/data/golden-tokenizers)");
        var model = TokenizerFiles.Read(folder)!;
        foreach (var tokenizer in (Tokenizer[])[Tokenizer.Create(model, name), Tokenizer.Create(TokenizerDocument.Read(Encoding.UTF8.GetBytes(TokenizerDocument.Write(model)), name), name)])
        {
            var (rows, differences) = (0, 0);
            foreach (var line in Directory.GetFiles(folder, "*.jsonl").Order().SelectMany(File.ReadLines))
            {
                using var row = JsonDocument.Parse(line);
                var ids = Ids(row.RootElement, "ids");
                var text = row.RootElement.TryGetProperty("text", out var given) ? given.GetString() : null;
                if (text is not null)
                    differences += Difference(text, "ids", Shown(ids), Shown(tokenizer.Encode(text, addSpecialTokens: false, parseSpecial: false)));
                differences += Difference(text ?? Shown(ids), "decoded", row.RootElement.GetProperty("decoded").GetString()!, tokenizer.Decode(ids, skipSpecialTokens: true));
                rows++;
            }
            Assert.True(differences == 0, $"{differences} differences in {rows} rows, see the output");
            Assert.True(rows >= 120);
        }
    }

    [Fact]
    public void DamagedSentencePieceModelsAreReadOrRefused()
    {
        var folder = Path.Combine(Golden, "made-sp", "bpe-identity-no-prefix");
        Assert.SkipUnless(Directory.Exists(folder), "no reference tokenizers beside the repository (shared/data/golden-tokenizers)");
        using var copy = new TemporaryFolder();
        var cases = Mutations.Run(File.ReadAllBytes(Path.Combine(folder, "tokenizer.model")), seed: 4, count: 400, damaged =>
        {
            File.WriteAllBytes(copy.File("tokenizer.model"), damaged);
            var tokenizer = Tokenizer.Create(TokenizerFiles.Read(copy.Path)!, "tokenizer.model");
            tokenizer.Decode(tokenizer.Encode("The pump <x> is 漢字 😀 \n 123"));
        });
        Assert.True(cases.Refused > 50 && cases.Read > 10, $"{cases}");
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.Exists(folder) ? Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)).Order() : [""];

    private int Compare(Tokenizer tokenizer, IEnumerable<string> rows)
    {
        var differences = 0;
        var count = 0;
        foreach (var line in rows)
        {
            using var row = JsonDocument.Parse(line);
            count++;
            differences += Differences(tokenizer, row.RootElement);
        }
        Assert.True(differences == 0, $"{differences} differences in {count} rows, see the output");
        return count;
    }

    private int Differences(Tokenizer tokenizer, JsonElement row)
    {
        var differences = 0;
        var ids = Ids(row, "ids");
        if (row.TryGetProperty("text", out var given))
        {
            var text = given.GetString()!;
            differences += Difference(text, "ids", Shown(ids), Shown(tokenizer.Encode(text, addSpecialTokens: false)));
            if (row.TryGetProperty("ids_special", out _))
                differences += Difference(text, "ids with special tokens", Shown(Ids(row, "ids_special")), Shown(tokenizer.Encode(text)));
        }
        var named = row.TryGetProperty("text", out _) ? row.GetProperty("text").GetString()! : Shown(ids);
        differences += Difference(named, "decoded", row.GetProperty("decoded").GetString()!, tokenizer.Decode(ids));
        var skipped = row.TryGetProperty("ids_special", out _) ? Ids(row, "ids_special") : ids;
        differences += Difference(named, "decoded without special tokens", row.GetProperty("decoded_skip").GetString()!, tokenizer.Decode(skipped, skipSpecialTokens: true));
        return differences;
    }

    private int Difference(string text, string what, string expected, string got)
    {
        if (expected == got)
            return 0;
        output.WriteLine($"{JsonSerializer.Serialize(text)}: {what}: expected {JsonSerializer.Serialize(expected)}, got {JsonSerializer.Serialize(got)}");
        return 1;
    }

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static string Shown(int[] ids) => string.Join(' ', ids);
}
