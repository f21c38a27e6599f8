using System.Numerics;
using System.Text;

namespace Temoto.Jinja;

/// <summary>Python's operators over <see cref="JinjaValue"/>.</summary>
internal static class JinjaOperators
{
    // ---- Arithmetic ----

    public static JinjaValue Binary(string symbol, JinjaValue left, JinjaValue right, JinjaBudget budget)
    {
        if (left is JinjaUndefined missing)
            throw missing.Error();
        if (right is JinjaUndefined missingRight && !(symbol == "%" && left is JinjaString))
            throw missingRight.Error();
        if (AsInteger(left) is { } leftInteger && AsInteger(right) is { } rightInteger)
            return Integers(symbol, leftInteger, rightInteger, budget);
        if (AsDouble(left) is { } leftReal && AsDouble(right) is { } rightReal)
            return Floats(symbol, leftReal, rightReal);
        return (symbol, left, right) switch
        {
            ("+", JinjaString a, JinjaString b) => Add(a, b, budget),
            ("+", JinjaSequence { Kind: SequenceKind.List } a, JinjaSequence { Kind: SequenceKind.List } b) => Join(a, b, budget),
            ("+", JinjaSequence { Kind: SequenceKind.Tuple } a, JinjaSequence { Kind: SequenceKind.Tuple } b) => Join(a, b, budget),
            ("*", JinjaString or JinjaSequence { Kind: SequenceKind.List or SequenceKind.Tuple }, _) when AsInteger(right) is { } count => Repeat(left, count, budget),
            ("*", _, JinjaString or JinjaSequence { Kind: SequenceKind.List or SequenceKind.Tuple }) when AsInteger(left) is { } count => Repeat(right, count, budget),
            ("%", JinjaString format, _) => format.With(PrintfFormat.Format(format.Text, right, budget)),
            _ => throw new JinjaException($"{left.TypeName} {symbol} {right.TypeName}", "operands of types that go together"),
        };
    }

    public static JinjaValue Negate(JinjaValue value) => value switch
    {
        JinjaUndefined missing => throw missing.Error(),
        JinjaFloat real => -real.Value,
        _ when AsInteger(value) is { } integer => new JinjaInteger(-integer),
        _ => throw new JinjaException($"-{value.TypeName}", "a number"),
    };

    /// <summary>bool is a kind of int.</summary>
    public static BigInteger? AsInteger(JinjaValue value) => value switch
    {
        JinjaInteger integer => integer.Value,
        JinjaBoolean boolean => boolean.Value ? BigInteger.One : BigInteger.Zero,
        _ => null,
    };

    public static double? AsDouble(JinjaValue value) => value is JinjaFloat real ? real.Value : AsInteger(value) is { } integer ? ToDouble(integer) : null;

    private static double ToDouble(BigInteger integer)
    {
        var value = (double)integer;
        return double.IsFinite(value) ? value : throw new JinjaException("an integer too large for a float", "a smaller one");
    }

    private static JinjaValue Integers(string symbol, BigInteger left, BigInteger right, JinjaBudget budget)
    {
        // Long multiplication and division: some 0.1 ms at the longest.
        budget.Step(1 + ((left.GetBitLength() * right.GetBitLength()) >> 14));
        switch (symbol)
        {
            case "+":
                return new JinjaInteger(left + right);
            case "-":
                return new JinjaInteger(left - right);
            case "*":
                return new JinjaInteger(left * right);
            case "/":
                return right.IsZero ? throw DivisionByZero() : new JinjaFloat(ToDouble(left) / ToDouble(right));
            case "//":
                return right.IsZero ? throw DivisionByZero() : new JinjaInteger(FloorDivide(left, right));
            case "%":
                return right.IsZero ? throw DivisionByZero() : new JinjaInteger(left - (right * FloorDivide(left, right)));
            default:
                if (right.Sign < 0)
                    return left.IsZero ? throw DivisionByZero() : new JinjaFloat(Math.Pow(ToDouble(left), ToDouble(right)));
                if (BigInteger.Abs(left) <= 1)
                    return new JinjaInteger(right.IsZero ? BigInteger.One : left.Sign < 0 && right.IsEven ? BigInteger.One : left);
                if (right > 15000 || (left.GetBitLength() - 1) * (long)right > 15000)
                    throw JinjaInteger.TooLong();
                budget.Step(1 + (left.GetBitLength() * (long)right / 2));
                return new JinjaInteger(BigInteger.Pow(left, (int)right));
        }
    }

    private static BigInteger FloorDivide(BigInteger left, BigInteger right)
    {
        var quotient = BigInteger.DivRem(left, right, out var rest);
        return !rest.IsZero && rest.Sign != right.Sign ? quotient - 1 : quotient;
    }

    private static JinjaValue Floats(string symbol, double left, double right)
    {
        switch (symbol)
        {
            case "+":
                return left + right;
            case "-":
                return left - right;
            case "*":
                return left * right;
            case "/":
                return right == 0 ? throw DivisionByZero() : left / right;
            case "//":
                return right == 0 ? throw DivisionByZero() : Math.Floor((left - Modulo(left, right)) / right + 0.5);
            case "%":
                return right == 0 ? throw DivisionByZero() : Modulo(left, right);
            default:
                if (left == 0 && right < 0)
                    throw DivisionByZero();
                var power = Math.Pow(left, right);
                if (double.IsNaN(power) && !double.IsNaN(left) && !double.IsNaN(right))
                    throw new JinjaException("a root of a negative number", "a number that is not negative");
                return double.IsInfinity(power) && double.IsFinite(left) && double.IsFinite(right)
                    ? throw new JinjaException("a power too large for a float", "a smaller one")
                    : power;
        }
    }

    /// <summary>The remainder takes the divisor's sign.</summary>
    private static double Modulo(double left, double right)
    {
        var rest = left % right;
        return rest != 0 && rest < 0 != right < 0 ? rest + right : rest;
    }

    private static JinjaException DivisionByZero() => new("a division by zero", "another divisor");

    private static JinjaString Add(JinjaString left, JinjaString right, JinjaBudget budget)
    {
        budget.Characters(left.Text.Length + right.Text.Length);
        if (!left.IsMarkup && !right.IsMarkup)
            return new JinjaString(left.Text + right.Text);
        return new JinjaString(Safe(left, budget) + Safe(right, budget), isMarkup: true);
    }

    private static string Safe(JinjaString text, JinjaBudget budget) => text.IsMarkup ? text.Text : PythonText.EscapeHtml(text.Text, budget);

    private static JinjaSequence Join(JinjaSequence left, JinjaSequence right, JinjaBudget budget)
    {
        budget.Step(left.Items.Count + right.Items.Count);
        return new JinjaSequence([.. left.Items, .. right.Items], left.Kind);
    }

    private static JinjaValue Repeat(JinjaValue value, BigInteger count, JinjaBudget budget)
    {
        var times = (int)BigInteger.Clamp(count, 0, int.MaxValue);
        if (value is JinjaString text)
        {
            budget.Characters((long)text.Text.Length * times);
            return text.With(text.Text.Length == 0 ? "" : string.Concat(Enumerable.Repeat(text.Text, times)));
        }
        var list = (JinjaSequence)value;
        budget.Step((long)list.Items.Count * times);
        return new JinjaSequence(list.Items.Count == 0 ? [] : [.. Enumerable.Repeat(list.Items, times).SelectMany(items => items)], list.Kind);
    }

    // ---- Comparison ----

    public static bool Compare(string symbol, JinjaValue left, JinjaValue right, JinjaBudget budget) => symbol switch
    {
        "==" => AreEqual(left, right, budget),
        "!=" => !AreEqual(left, right, budget),
        "in" => Contains(right, left, budget),
        "not in" => !Contains(right, left, budget),
        "<" => Order(left, right, budget) is < 0,
        "<=" => Order(left, right, budget) is <= 0,
        ">" => Order(left, right, budget) is > 0,
        _ => Order(left, right, budget) is >= 0,
    };

    public static bool AreEqual(JinjaValue left, JinjaValue right, JinjaBudget budget)
    {
        budget.Step(Math.Min(left.Weight, right.Weight));
        return AreEqual(left, right);
    }

    /// <summary>Without a budget: for values whose size is bounded otherwise.</summary>
    public static bool AreEqual(JinjaValue left, JinjaValue right)
    {
        switch (left, right)
        {
            case (JinjaString a, JinjaString b):
                return a.Text == b.Text;
            case (JinjaNone, JinjaNone) or (JinjaUndefined, JinjaUndefined):
                return true;
            case (JinjaSequence { HasIndex: true } a, JinjaSequence { HasIndex: true } b):
                if (a.Kind != b.Kind || a.Items.Count != b.Items.Count)
                    return false;
                for (var i = 0; i < a.Items.Count; i++)
                {
                    if (!AreEqual(a.Items[i], b.Items[i]))
                        return false;
                }
                return true;
            case (JinjaMapping a, JinjaMapping b):
                if (a.Entries.Count != b.Entries.Count)
                    return false;
                foreach (var (key, value) in a.Entries)
                {
                    if (b.Find(key) is not { } other || !AreEqual(value, other))
                        return false;
                }
                return true;
            default:
                return CompareNumbers(left, right) is { } order ? order == 0 : ReferenceEquals(left, right);
        }
    }

    /// <summary>Negative, zero or positive; null where a NaN makes every comparison false.</summary>
    private static int? Order(JinjaValue left, JinjaValue right, JinjaBudget budget)
    {
        budget.Step(Math.Min(left.Weight, right.Weight));
        return Order(left, right);
    }

    private static int? Order(JinjaValue left, JinjaValue right)
    {
        switch (left, right)
        {
            case (JinjaUndefined missing, _):
                throw missing.Error();
            case (_, JinjaUndefined missing):
                throw missing.Error();
            case (JinjaString a, JinjaString b):
                return PythonText.Compare(a.Text, b.Text);
            case (JinjaSequence { Kind: SequenceKind.List or SequenceKind.Tuple } a, JinjaSequence b) when a.Kind == b.Kind:
                for (var i = 0; i < Math.Min(a.Items.Count, b.Items.Count); i++)
                {
                    if (!AreEqual(a.Items[i], b.Items[i]))
                        return Order(a.Items[i], b.Items[i]);
                }
                return a.Items.Count.CompareTo(b.Items.Count);
        }
        if (AsDouble(left) is null || AsDouble(right) is null)
            throw new JinjaException($"a comparison of {left.TypeName} with {right.TypeName}", "values of one kind");
        var order = CompareNumbers(left, right);
        return order == Unordered ? null : order;
    }

    private const int Unordered = int.MaxValue;

    /// <summary>Exact also between long integers and floats; null where either is no number.</summary>
    private static int? CompareNumbers(JinjaValue left, JinjaValue right)
    {
        switch (left, right)
        {
            case (JinjaFloat a, JinjaFloat b):
                return double.IsNaN(a.Value) || double.IsNaN(b.Value) ? Unordered : a.Value.CompareTo(b.Value);
            case (JinjaFloat a, _) when AsInteger(right) is { } b:
                return -CompareExactly(b, a.Value) is var order && double.IsNaN(a.Value) ? Unordered : order;
            case (_, JinjaFloat b) when AsInteger(left) is { } a:
                return CompareExactly(a, b.Value);
            default:
                return AsInteger(left) is { } x && AsInteger(right) is { } y ? x.CompareTo(y) : null;
        }
    }

    private static int CompareExactly(BigInteger integer, double real)
    {
        if (double.IsNaN(real))
            return Unordered;
        if (double.IsInfinity(real))
            return real > 0 ? -1 : 1;
        var floor = Math.Floor(real);
        var order = integer.CompareTo(new BigInteger(floor));
        return order == 0 && floor < real ? -1 : order;
    }

    public static bool Contains(JinjaValue container, JinjaValue item, JinjaBudget budget)
    {
        switch (container)
        {
            case JinjaUndefined:
                return false;
            case JinjaString text:
                budget.Step(1 + (text.Text.Length >> 4));
                return item is JinjaString part
                    ? text.Text.Contains(part.Text, StringComparison.Ordinal)
                    : throw new JinjaException($"{item.TypeName} in str", "a string in a string");
            case JinjaMapping mapping:
                budget.Step(item.Weight);
                return JinjaMapping.IsHashable(item) ? mapping.Find(item) is not null : throw new JinjaException($"a {item.TypeName} as a dict key", "a string, number, bool or None");
            case JinjaSequence sequence:
                foreach (var candidate in sequence.Take())
                {
                    if (AreEqual(candidate, item, budget))
                        return true;
                }
                return false;
            default:
                throw new JinjaException($"in {container.TypeName}", "a string, list or dict to look in");
        }
    }

    // ---- Iteration and order ----

    /// <summary>Everything that <c>for x in value</c> visits.</summary>
    public static IReadOnlyList<JinjaValue> Iterate(JinjaValue value, JinjaBudget budget)
    {
        switch (value)
        {
            case JinjaUndefined:
                return [];
            case JinjaSequence sequence:
                return sequence.Take();
            case JinjaMapping mapping:
                budget.Step(mapping.Entries.Count);
                return [.. mapping.Entries.Select(entry => entry.Key)];
            case JinjaString text:
                budget.Step(16L * text.Text.Length);
                return [.. PythonText.Characters(text.Text).Select(character => text.With(character))];
            default:
                throw new JinjaException($"a walk through {value.TypeName}", "a list, dict or string");
        }
    }

    /// <summary>A stable sort; <paramref name="reverse"/> keeps equal items in their order too.</summary>
    public static List<T> Sort<T>(IReadOnlyList<T> items, Func<T, JinjaValue> key, bool reverse, JinjaBudget budget)
    {
        var keyed = items.Select(item => (Key: key(item), Item: item)).ToArray();
        var comparer = Comparer<JinjaValue>.Create((left, right) => (reverse ? -1 : 1) * (Order(left, right, budget) ?? 0));
        try
        {
            return [.. keyed.OrderBy(pair => pair.Key, comparer).Select(pair => pair.Item)];
        }
        catch (InvalidOperationException error) when (error.InnerException is JinjaException inner)
        {
            throw inner;
        }
    }

    // ---- Slices ----

    public static JinjaValue Slice(JinjaValue target, JinjaValue? start, JinjaValue? stop, JinjaValue? step, JinjaBudget budget)
    {
        if (target is JinjaUndefined missing)
            throw missing.Error();
        if (target is not (JinjaString or JinjaSequence { HasIndex: true }))
            throw new JinjaException($"a slice of {target.TypeName}", "a string or list");
        budget.Step(target.Weight);
        // Text without surrogate pairs is cut directly; with them, by code point.
        var text = target as JinjaString;
        var items = (target as JinjaSequence)?.Items;
        var characters = text is not null && text.Length != text.Text.Length ? PythonText.Characters(text.Text) : null;
        if (characters is not null)
            budget.Step(16L * characters.Count);
        var stride = Bound(step) ?? 1;
        if (stride == 0)
            throw new JinjaException("a slice with step 0", "another step");
        long count = items?.Count ?? text!.Length;
        var (lowest, highest) = stride > 0 ? (0L, count) : (-1L, count - 1);
        long Place(JinjaValue? value, long otherwise) =>
            Bound(value) is not { } place ? otherwise : Math.Clamp(place < 0 ? place + count : place, lowest, highest);
        var from = Place(start, stride > 0 ? lowest : highest);
        var to = Place(stop, stride > 0 ? highest : lowest);
        if (text is not null && characters is null && stride == 1)
            return text.With(from < to ? text.Text[(int)from..(int)to] : "");
        var taken = new List<JinjaValue>();
        var cut = new StringBuilder();
        for (var i = from; stride > 0 ? i < to : i > to; i += stride)
        {
            if (items is not null)
                taken.Add(items[(int)i]);
            else if (characters is not null)
                cut.Append(characters[(int)i]);
            else
                cut.Append(text!.Text[(int)i]);
        }
        return text is not null ? text.With(cut.ToString()) : new JinjaSequence(taken, ((JinjaSequence)target).Kind);
    }

    private static long? Bound(JinjaValue? value) => value switch
    {
        null or JinjaNone => null,
        _ when AsInteger(value) is { } integer => (long)BigInteger.Clamp(integer, int.MinValue, int.MaxValue),
        JinjaUndefined missing => throw missing.Error(),
        _ => throw new JinjaException($"a slice bound of type {value.TypeName}", "an integer or None"),
    };
}
