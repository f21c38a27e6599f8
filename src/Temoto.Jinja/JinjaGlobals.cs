using System.Numerics;

namespace Temoto.Jinja;

/// <summary>The functions a chat template may call.</summary>
internal static class JinjaGlobals
{
    /// <summary>Jinja's sandbox has the same limit.</summary>
    private const int LongestRange = 100_000;

    public static void AddTo(JinjaScope scope, TimeProvider clock)
    {
        Add("range", Range);
        Add("dict", (evaluator, arguments) =>
        {
            var entries = Entries(arguments);
            evaluator.Budget.Step(entries.Aggregate(8L, (sum, entry) => sum + 2 + entry.Key.Weight));
            return new JinjaMapping(entries);
        });
        Add("namespace", (_, arguments) => Namespace(arguments));
        Add("raise_exception", (_, arguments) => throw Raised(arguments));
        Add("strftime_now", (evaluator, arguments) =>
            StrftimeFormat.Format(StringMethods.TextOf(arguments.Bind(1, "format")[0]!), clock.GetLocalNow(), evaluator.Budget));

        void Add(string name, JinjaBody body) => scope.Set(name, new JinjaFunction(name, body));
    }

    private static JinjaException Raised(JinjaArguments arguments)
    {
        var message = arguments.Bind(1, "message")[0] is JinjaString text ? text.Text : "an error without text";
        return new JinjaException($"what the template refuses: {message}", "messages that it accepts", "change the messages or use another chat template");
    }

    private static JinjaSequence Range(JinjaEvaluator evaluator, JinjaArguments arguments)
    {
        var bound = arguments.Bind(1, "start", "stop", "step");
        BigInteger Number(int place) => JinjaOperators.AsInteger(bound[place]!)
            ?? throw (bound[place] is JinjaUndefined missing ? missing.Error() : new JinjaException($"range over {bound[place]!.TypeName}", "integers"));
        var (start, stop) = bound[1] is null ? (BigInteger.Zero, Number(0)) : (Number(0), Number(1));
        var step = bound[2] is null ? BigInteger.One : Number(2);
        if (step.IsZero)
            throw new JinjaException("range with step 0", "another step");
        var distance = step.Sign > 0 ? stop - start : start - stop;
        var length = distance.Sign <= 0 ? BigInteger.Zero : ((distance - 1) / BigInteger.Abs(step)) + 1;
        if (length > LongestRange)
            throw new JinjaException($"a range of {length} numbers", $"at most {LongestRange}");
        evaluator.Budget.Step(2 * (long)length);
        var items = new JinjaValue[(int)length];
        for (var i = 0; i < items.Length; i++)
            items[i] = new JinjaInteger(start + (i * step));
        return new JinjaSequence(items, SequenceKind.Range);
    }

    private static JinjaNamespace Namespace(JinjaArguments arguments)
    {
        var result = new JinjaNamespace();
        foreach (var (key, value) in Entries(arguments))
            result.Set(StringMethods.TextOf(key), value);
        return result;
    }

    /// <summary>dict(mapping or pairs, name=value, ..).</summary>
    private static List<KeyValuePair<JinjaValue, JinjaValue>> Entries(JinjaArguments arguments)
    {
        var entries = new List<KeyValuePair<JinjaValue, JinjaValue>>();
        if (arguments.Positional.Count > 1)
            throw new JinjaException($"{arguments.Positional.Count} arguments for {arguments.Callee}", "at most one, and named ones");
        switch (arguments.Positional.Count == 0 ? null : arguments.Positional[0])
        {
            case null:
                break;
            case JinjaMapping mapping:
                entries.AddRange(mapping.Entries);
                break;
            case JinjaSequence sequence:
                foreach (var pair in sequence.Take())
                {
                    entries.Add(pair is JinjaSequence { HasIndex: true, Items: [var key, var value] }
                        ? new(key, value)
                        : throw new JinjaException($"{pair.TypeName} as an entry of {arguments.Callee}", "a pair of key and value"));
                }
                break;
            case JinjaUndefined missing:
                throw missing.Error();
            case var other:
                throw new JinjaException($"{arguments.Callee} of {other.TypeName}", "a dict or a list of pairs");
        }
        entries.AddRange(arguments.Named.Select(entry => KeyValuePair.Create<JinjaValue, JinjaValue>(entry.Key, entry.Value)));
        return entries;
    }
}
