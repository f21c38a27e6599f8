using System.Text.Json;
using Temoto.Formats.Json;
using Temoto.Generation.Tokenizers.Expressions;

namespace Temoto.Generation.Adapters;

/// <summary>
/// adapter_config.json of a LoRA adapter, as PEFT writes it. What only bears on training is passed over; what changes the computation in a way that is not merged here is refused.
/// Which modules it changes, its weights say.
/// </summary>
internal sealed class LoraConfig
{
    public const string FileName = "adapter_config.json";

    public const string Merge = "merge it into its base model with peft (merge_and_unload, then save_pretrained) and name the merged folder as MODEL";

    private const long MaxBytes = 1 << 20;
    private const int MostRank = 1 << 16;
    private const double LargestAlpha = 1e9;

    /// <summary>Keys that are absent, null, false or empty in a plain LoRA.</summary>
    private static readonly string[] OtherComputations =
        ["layer_replication", "alora_invocation_tokens", "arrow_config", "kasa_config", "monteclora_config", "target_parameters", "trainable_token_indices", "use_bdlora", "use_qalora"];

    /// <summary>Ways to begin the training that leave the base model's weights as they are.</summary>
    private static readonly string[] PlainBeginnings = ["gaussian", "eva", "orthogonal"];

    private readonly string path;
    private readonly int rank;
    private readonly double alpha;
    private readonly bool usesRslora;
    private readonly List<(Expression Modules, int Rank)> ranks = [];
    private readonly List<(Expression Modules, double Alpha)> alphas = [];
    private readonly MatchBudget budget = new();

    private LoraConfig(string path, JsonFields root)
    {
        this.path = path;
        if (root.String("peft_type") != "LORA")
            throw root.Wrong("peft_type", "\"LORA\"", Merge);
        foreach (var key in OtherComputations)
        {
            if (root.Value(key) is { } value && !IsOff(value))
                throw root.Wrong(key, "none, as in a plain LoRA", Merge);
        }
        // Others subtract what the adapter begins with from the base model.
        if (root.Value("init_lora_weights") is { Kind: not (JsonValueKind.True or JsonValueKind.False) } beginning && !PlainBeginnings.Contains(beginning.Text()))
            throw beginning.Wrong($"true, false, {string.Join(" or ", PlainBeginnings)}: others change the base model's weights too", "let peft convert it to a plain LoRA (save_pretrained with path_initial_model_for_weight_conversion)");
        rank = root.RequiredInt("r", 1, MostRank);
        alpha = root.RequiredNumber("lora_alpha", -LargestAlpha, LargestAlpha);
        usesRslora = root.Bool("use_rslora") ?? false;
        UsesDora = root.Bool("use_dora") ?? false;
        TiesHead = root.Bool("ensure_weight_tying") ?? false;
        BaseModel = root.String("base_model_name_or_path");
        if (root.Object("rank_pattern") is { } rankPattern)
            ranks.AddRange(rankPattern.Keys.Select(key => (ModulesOf(rankPattern, key), rankPattern.RequiredInt(key, 1, MostRank))));
        if (root.Object("alpha_pattern") is { } alphaPattern)
            alphas.AddRange(alphaPattern.Keys.Select(key => (ModulesOf(alphaPattern, key), alphaPattern.RequiredNumber(key, -LargestAlpha, LargestAlpha))));
    }

    public bool UsesDora { get; }

    /// <summary>Tied embeddings stay tied where the adapter changes them.</summary>
    public bool TiesHead { get; }

    /// <summary>The model it was made for, as its maker named it; null where the file does not say.</summary>
    public string? BaseModel { get; }

    public static LoraConfig Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        using var json = JsonFile.Open(path, $"an adapter's {FileName}", MaxBytes);
        return new LoraConfig(path, json.Root);
    }

    /// <summary>All that may be asked shares one budget of steps: patterns come from the file.</summary>
    /// <param name="nameCharacters">Of all modules together.</param>
    public void BeginMatching(int nameCharacters) => budget.Begin(nameCharacters);

    /// <param name="module">Its name in the base model.</param>
    public int RankOf(string module) => ranks.Find(pattern => Covers(pattern.Modules, module)) is { Modules: not null } found ? found.Rank : rank;

    /// <summary>What the product of the two matrices is multiplied by.</summary>
    public float ScaleOf(string module)
    {
        var (moduleRank, moduleAlpha) = (RankOf(module), alphas.Find(pattern => Covers(pattern.Modules, module)) is { Modules: not null } found ? found.Alpha : alpha);
        return (float)(moduleAlpha / (usesRslora ? Math.Sqrt(moduleRank) : moduleRank));
    }

    private bool Covers(Expression modules, string module)
    {
        try
        {
            return modules.Find(module, 0, budget, out _, out _);
        }
        catch (ExpressionBudgetException)
        {
            throw new InputException(path, "rank_pattern, alpha_pattern", "expressions that try too many ways", "names of modules", "write the names out");
        }
    }

    /// <summary>PEFT matches a key with the whole of a module's name, or with what stands behind one of its dots.</summary>
    private static Expression ModulesOf(JsonFields patterns, string key)
    {
        try
        {
            return new Expression($@"\A(?:.*\.)?(?:{key})\z");
        }
        catch (ExpressionSyntaxException error)
        {
            throw new InputException(patterns.Path, patterns.PlaceOf(key), error.Message, "the name of a module, or a regular expression of such names", JsonFile.OtherKind);
        }
    }

    private static bool IsOff(JsonValue value) => value.Kind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Array => value.Count() == 0,
        JsonValueKind.Object => value.Fields().Keys.Count == 0,
        _ => false,
    };
}
