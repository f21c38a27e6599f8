using System.Numerics;
using System.Text.Json;

namespace Temoto.Jinja;

/// <summary>A value inside a template, with Python's meaning: what the chat templates of the hub are written for. Immutable. Lists and dicts are given as JSON.</summary>
public abstract class JinjaValue
{
    /// <summary>Deepest nesting of lists and dicts: what recurses over values may then recurse freely.</summary>
    internal const int MaxDepth = 200;

    private protected JinjaValue()
    {
    }

    /// <summary>Python's name of the type, for error messages.</summary>
    public abstract string TypeName { get; }

    /// <summary>Python's truth value.</summary>
    public virtual bool IsTrue => true;

    /// <summary>
    /// Elements plus a quarter of the characters when everything is written out (shared parts count each time): what comparing or
    /// printing the value costs at most.
    /// </summary>
    internal virtual long Weight => 1;

    /// <summary>Levels of lists and dicts.</summary>
    internal virtual int Depth => 0;

    /// <summary>A text.</summary>
    public static implicit operator JinjaValue(string text) => new JinjaString(text);

    /// <summary>True or False.</summary>
    public static implicit operator JinjaValue(bool value) => JinjaBoolean.Of(value);

    /// <summary>An integer.</summary>
    public static implicit operator JinjaValue(long value) => new JinjaInteger(value);

    /// <summary>A float.</summary>
    public static implicit operator JinjaValue(double value) => new JinjaFloat(value);

    /// <summary>JSON as Python's json.loads sees it: 1 is an integer, 1.0 a float, the last of equal keys wins.</summary>
    /// <param name="element">Any JSON value.</param>
    public static JinjaValue From(JsonElement element) => From(element, 0);

    private static JinjaValue From(JsonElement element, int depth)
    {
        if (depth >= MaxDepth / 2)
            throw new JinjaException("JSON nested too deeply", $"at most {MaxDepth / 2} levels", "flatten it");
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var entries = new List<KeyValuePair<JinjaValue, JinjaValue>>();
                foreach (var property in element.EnumerateObject())
                    entries.Add(new(new JinjaString(WellFormed(() => property.Name)), From(property.Value, depth + 1)));
                return new JinjaMapping(entries);
            case JsonValueKind.Array:
                return new JinjaSequence([.. element.EnumerateArray().Select(item => From(item, depth + 1))]);
            case JsonValueKind.String:
                return new JinjaString(WellFormed(() => element.GetString()!));
            case JsonValueKind.Number:
                return Number(element.GetRawText());
            case JsonValueKind.True:
            case JsonValueKind.False:
                return JinjaBoolean.Of(element.ValueKind == JsonValueKind.True);
            default:
                return JinjaNone.Value;
        }
    }

    private static JinjaValue Number(string text)
    {
        if (text.AsSpan().ContainsAny('.', 'e', 'E'))
            return new JinjaFloat(double.Parse(text));
        if (text.Length > JinjaInteger.MaxDigits)
            throw new JinjaException($"a number of {text.Length} digits", $"at most {JinjaInteger.MaxDigits}", "shorten it");
        return new JinjaInteger(BigInteger.Parse(text));
    }

    /// <summary>The JSON reader throws for escapes that are half a surrogate pair.</summary>
    private static string WellFormed(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw new JinjaException("half a surrogate pair in a JSON string", "well-formed Unicode", "repair the string");
        }
    }
}

/// <summary>Python's None.</summary>
internal sealed class JinjaNone : JinjaValue
{
    public static readonly JinjaNone Value = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;
}

/// <summary>What a missing variable, key or attribute yields: prints as nothing, is false, empty, and an error in every other use.</summary>
internal sealed class JinjaUndefined(string what) : JinjaValue
{
    /// <summary>What was missing, as an error says it.</summary>
    public string What { get; } = what;

    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public JinjaException Error() => new($"{What}, which is undefined", "a value", "give it, or use a template that asks whether it is defined");
}

internal sealed class JinjaBoolean : JinjaValue
{
    public static readonly JinjaBoolean True = new(true);
    public static readonly JinjaBoolean False = new(false);

    private JinjaBoolean(bool value) => Value = value;

    public bool Value { get; }

    public override string TypeName => "bool";

    public override bool IsTrue => Value;

    public static JinjaBoolean Of(bool value) => value ? True : False;
}

internal sealed class JinjaInteger : JinjaValue
{
    /// <summary>Python refuses to print longer integers (sys.int_info.default_max_str_digits); here they cannot be made at all.</summary>
    public const int MaxDigits = 4300;

    private const long MaxBits = 14284; // 4300 digits x log2(10)

    public JinjaInteger(BigInteger value)
    {
        if (value.GetBitLength() > MaxBits)
            throw TooLong();
        Value = value;
    }

    public BigInteger Value { get; }

    public override string TypeName => "int";

    public override bool IsTrue => !Value.IsZero;

    internal override long Weight => 1 + (Value.GetBitLength() >> 4);

    public static JinjaException TooLong() => new($"an integer of more than {MaxDigits} digits", "a shorter one");

    /// <summary>Clamped to what an index or a count may be.</summary>
    public int Clamped => (int)BigInteger.Clamp(Value, int.MinValue, int.MaxValue);
}

internal sealed class JinjaFloat(double value) : JinjaValue
{
    public double Value { get; } = value;

    public override string TypeName => "float";

    public override bool IsTrue => Value != 0;
}

/// <param name="isMarkup">Marked by the filter <c>safe</c> or <c>escape</c>: what is added to it is HTML-escaped first.</param>
internal sealed class JinjaString(string text, bool isMarkup = false) : JinjaValue
{
    private int length = -1;

    public string Text { get; } = text;

    public bool IsMarkup { get; } = isMarkup;

    /// <summary>Code points, as Python's len().</summary>
    public int Length => length >= 0 ? length : length = PythonText.Length(Text);

    public override string TypeName => "str";

    public override bool IsTrue => Text.Length > 0;

    internal override long Weight => 1 + (Text.Length >> 2);

    /// <summary>The result of a string operation: markup stays markup.</summary>
    public JinjaString With(string text) => new(text, IsMarkup);
}
