using System.CommandLine;
using System.Runtime.CompilerServices;
using Temoto.Generation;

namespace Temoto.Cli;

/// <summary>The options that say how text is generated; shared by run and chat.</summary>
internal sealed class GenerationChoice
{
    private readonly Option<int> maxTokens = new("--max-tokens", "-n") { Description = "Most tokens to generate", HelpName = "N", DefaultValueFactory = _ => new GenerationOptions().MaxTokens };
    private readonly Option<float?> temperature = new("--temperature") { Description = "0 always takes the likeliest token (default: the checkpoint's, else 0.8)", HelpName = "X" };
    private readonly Option<float?> topP = new("--top-p") { Description = "Draw from the smallest set of tokens that reaches this probability", HelpName = "X" };
    private readonly Option<int?> topK = new("--top-k") { Description = "Draw from the k likeliest tokens; 0 is off", HelpName = "K" };
    private readonly Option<float?> minP = new("--min-p") { Description = "Draw from tokens at least this share as likely as the likeliest", HelpName = "X" };
    private readonly Option<float?> repeatPenalty = new("--repeat-penalty") { Description = "Divide the logits of tokens already in the text; 1 is off", HelpName = "X" };
    private readonly Option<float> presencePenalty = new("--presence-penalty") { Description = "Subtract from the logits of tokens generated before", HelpName = "X" };
    private readonly Option<float> frequencyPenalty = new("--frequency-penalty") { Description = "Subtract once for each time a token was generated", HelpName = "X" };
    private readonly Option<string?> draft = new Option<string?>("--draft") { Description = "Guess tokens and compute them ahead, for the same text: lookup (from what the text said before, where it pays) or off (default: off)", HelpName = "SOURCE" }.OneOf("lookup", "off");
    private readonly Option<ulong?> seed = new("--seed") { Description = "Same seed, same text", HelpName = "S" };
    private readonly Option<string[]> stop = new("--stop") { Description = "End before this text; may be given several times", HelpName = "TEXT" };

    private readonly Option<string?> jsonSchema = new("--json-schema") { Description = "Hold the answer to this JSON schema; json alone stands for any object", HelpName = "FILE" };
    private readonly Option<string?> grammar = new("--grammar") { Description = "Hold the answer to this grammar (GBNF, as llama.cpp's)", HelpName = "FILE" };
    private readonly Option<string[]> choice = new("--choice") { Description = "Hold the answer to one of these texts; given several times", HelpName = "TEXT" };

    public Option<string?> System { get; } = new("--system") { Description = "System message of the conversation", HelpName = "TEXT" };

    public GenerationChoice()
    {
        maxTokens.Within(0, int.MaxValue);
        temperature.Within(SamplingSettings.Temperatures.Least, SamplingSettings.Temperatures.Most);
        topP.Within(SamplingSettings.Shares.Least, SamplingSettings.Shares.Most);
        topK.Within(0, int.MaxValue);
        minP.Within(SamplingSettings.Shares.Least, SamplingSettings.Shares.Most);
        repeatPenalty.Within(SamplingSettings.Factors.Least, SamplingSettings.Factors.Most);
        presencePenalty.Within(SamplingSettings.Penalties.Least, SamplingSettings.Penalties.Most);
        frequencyPenalty.Within(SamplingSettings.Penalties.Least, SamplingSettings.Penalties.Most);
        seed.Within(ulong.MinValue, ulong.MaxValue);
        stop.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Length == 0))
                result.AddError(UsageLine.Of(stop.Name, "", "a text to end before", "leave --stop out to end where the model does"));
        });
    }

    /// <summary>Every option of this kind.</summary>
    public Option[] All => [maxTokens, temperature, topP, topK, minP, repeatPenalty, presencePenalty, frequencyPenalty, draft, seed, stop, jsonSchema, grammar, choice, System];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Options.Add(option);
    }

    public GenerationOptions Options(ParseResult parsed) => new()
    {
        MaxTokens = parsed.GetValue(maxTokens),
        Temperature = parsed.GetValue(temperature),
        TopP = parsed.GetValue(topP),
        TopK = parsed.GetValue(topK),
        MinP = parsed.GetValue(minP),
        RepetitionPenalty = parsed.GetValue(repeatPenalty),
        PresencePenalty = parsed.GetValue(presencePenalty),
        FrequencyPenalty = parsed.GetValue(frequencyPenalty),
        Draft = parsed.GetValue(draft) switch { "off" => DraftChoice.Off, "lookup" => DraftChoice.Lookup, _ => null },
        Seed = parsed.GetValue(seed),
        Stop = parsed.GetValue(stop) ?? [],
        Form = Form(parsed),
    };

    /// <summary>Most runs have none, and do not load the grammars' library.</summary>
    private AnswerForm? Form(ParseResult parsed) =>
        parsed.GetValue(jsonSchema) is null && parsed.GetValue(grammar) is null && parsed.GetValue(choice) is not { Length: > 0 } ? null : Judged(parsed);

    /// <summary>Judged here: a schema that cannot be used is told before a model is loaded.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private AnswerForm Judged(ParseResult parsed)
    {
        var given = new List<(string Source, AnswerForm Form)>();
        if (parsed.GetValue(jsonSchema) is { } schema)
            given.Add((schema, schema == "json" ? AnswerForm.Json : AnswerForm.JsonSchema(TextFile.Read(schema))));
        if (parsed.GetValue(grammar) is { } file)
            given.Add((file, AnswerForm.Gbnf(TextFile.Read(file))));
        if (parsed.GetValue(choice) is { Length: > 0 } texts)
            given.Add((choice.Name, AnswerForm.OneOf(texts)));
        if (given.Count > 1)
            throw new InputException(jsonSchema.Name, null, "several forms for one answer", "one of --json-schema, --grammar and --choice", "leave the others out");
        var (source, form) = given[0];
        return form.Fault() is { } fault ? throw new InputException(source, fault.Place.Length > 0 ? fault.Place : null, fault.Found, fault.Expected, fault.Next) : form;
    }
}
