using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Temoto.Generation;
using Temoto.Grammars;

namespace Temoto;

/// <summary>
/// The form that an answer is held to, token by token: whatever the model would rather say, what comes is of the form, or the beginning of it where <see cref="GenerationOptions.MaxTokens"/> or the context
/// ends it. Equal by value; a model compiles each but once.
/// </summary>
public sealed record AnswerForm
{
    private readonly Kind kind;
    private readonly string source;
    private readonly JsonStyle style;
    private readonly string followedBy;

    private AnswerForm(Kind kind, string source, JsonStyle style = JsonStyle.Compact, string followedBy = "")
    {
        this.followedBy = followedBy;
        this.kind = kind;
        this.source = source;
        this.style = style;
    }

    /// <summary>Over a vocabulary that spells everything: whether a form can be used depends on none.</summary>
    private static readonly FormCompiler OverAllBytes = new(() => new TokenVocabulary([.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value })], []));

    private enum Kind
    {
        Schema,
        Grammar,
        Expression,
        Choices,
    }

    /// <summary>A JSON object of any members.</summary>
    public static AnswerForm Json { get; } = new(Kind.Schema, """{"type":"object"}""");

    /// <summary>A value of a JSON schema (draft 4 to 2020-12), members in the order of the schema.</summary>
    /// <param name="schema">The schema's text.</param>
    /// <param name="style">White space and escapes: none that is not needed, or any.</param>
    public static AnswerForm JsonSchema(string schema, JsonStyle style = JsonStyle.Compact)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new AnswerForm(Kind.Schema, schema, style);
    }

    /// <summary>JSON that a type is read from: the schema that System.Text.Json makes of it, where what is not nullable is never null, and no other members.</summary>
    public static AnswerForm Of<T>(JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return JsonSchema(type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Readable }).ToJsonString());

        // No members that nothing would be read from, and no integer that the type cannot hold.
        static JsonNode Readable(JsonSchemaExporterContext context, JsonNode schema)
        {
            if (schema is not JsonObject members)
                return schema;
            if (members.ContainsKey("properties") && !members.ContainsKey("additionalProperties"))
                members["additionalProperties"] = false;
            var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
            if (Type.GetTypeCode(type) is TypeCode.Int32 or TypeCode.Int64 && !type.IsEnum)
            {
                members.TryAdd("minimum", type == typeof(int) ? int.MinValue : long.MinValue);
                members.TryAdd("maximum", type == typeof(int) ? int.MaxValue : long.MaxValue);
            }
            return schema;
        }
    }

    /// <summary>The arguments of a call, written as the model is used to, and what closes it.</summary>
    internal static AnswerForm Arguments(string schema, string closing) => new(Kind.Schema, schema, JsonStyle.Spaced, closing);

    /// <summary>A text of a grammar in llama.cpp's GBNF, from its rule <c>root</c>.</summary>
    public static AnswerForm Gbnf(string grammar)
    {
        ArgumentNullException.ThrowIfNull(grammar);
        return new AnswerForm(Kind.Grammar, grammar);
    }

    /// <summary>A text that an expression (ECMA-262) matches as a whole.</summary>
    public static AnswerForm Expression(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return new AnswerForm(Kind.Expression, pattern);
    }

    /// <summary>One of some texts.</summary>
    public static AnswerForm OneOf(params IReadOnlyList<string> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        if (choices.Any(choice => choice is null || choice.Contains('\0', StringComparison.Ordinal)))
            throw new ArgumentException("a choice is null, or has the character U+0000", nameof(choices));
        return new AnswerForm(Kind.Choices, string.Join('\0', choices));
    }

    /// <summary>Why it cannot be used; null where it can. Needs no model.</summary>
    public GrammarException? Fault()
    {
        try
        {
            OverAllBytes.Compile(this);
            return null;
        }
        catch (GrammarException error)
        {
            return error;
        }
    }

    /// <summary>The same as bad input.</summary>
    internal static InputException BadInput(GrammarException error) => new(error.Place.Length > 0 ? error.Place : "form", null, error.Found, error.Expected, error.Next);

    /// <exception cref="GrammarException">It cannot be used.</exception>
    internal Grammar Compile(TokenVocabulary vocabulary) => kind switch
    {
        Kind.Schema => Grammar.FromJsonSchema(vocabulary, source, style, followedBy),
        Kind.Grammar => Grammar.FromGbnf(vocabulary, source),
        Kind.Expression => Grammar.FromExpression(vocabulary, source),
        _ => Grammar.FromChoices(vocabulary, source.Split('\0')),
    };
}
