namespace Temoto.Grammars.Gbnf;

/// <summary>Which expressions of a grammar can end, which may be empty, and which are regular languages: all in time that grows as the grammar does.</summary>
internal static class GbnfMarks
{
    /// <summary>
    /// Parts of a regular language, those of the rules it names included. Some derivatives are unions of as many languages, each made in as many steps; beyond, nodes share what unions repeat.
    /// </summary>
    public const int MostSize = 512;

    public static void Set(IReadOnlyCollection<GbnfRule> rules)
    {
        var all = new List<GbnfExpression>();
        foreach (var rule in rules)
            AddAll(rule.Whole!, all);
        Spread(all, expression => expression is TextExpression or ClassExpression { Points.IsEmpty: false }, expression => expression.CanEnd, expression => expression.CanEnd = true);
        Spread(all, _ => false, expression => expression.IsNullable, expression => expression.IsNullable = true);
        RefuseLeftRecursion(rules);
        // What names rules that are not regular, or too large, is not regular either: their sizes stay as they are.
        foreach (var rule in Peeled(rules, rule => rule.Names))
            SetSizes(rule.Whole!);
        foreach (var rule in rules.Where(rule => !rule.Whole!.IsRegular))
            SetSizes(rule.Whole!);
    }

    private static void AddAll(GbnfExpression expression, List<GbnfExpression> into)
    {
        into.Add(expression);
        foreach (var part in expression.Parts)
            AddAll(part, into);
    }

    /// <summary>Marks the leaves that a test holds for, and everything that follows: sequences whose parts are all marked, alternatives of which one is, repeats that need not come, names of marked rules.</summary>
    private static void Spread(List<GbnfExpression> all, Func<GbnfExpression, bool> isLeaf, Func<GbnfExpression, bool> isMarked, Action<GbnfExpression> mark)
    {
        var missing = all.ToDictionary(expression => expression, expression => expression switch
        {
            SequenceExpression => expression.Parts.Count,
            RepeatExpression repeat => repeat.Least == 0 ? 0 : 1,
            AlternativesExpression or ReferenceExpression => 1,
            _ => isLeaf(expression) ? 0 : 1,
        });
        var toMark = new Stack<GbnfExpression>(all.Where(expression => missing[expression] == 0));
        while (toMark.TryPop(out var expression))
        {
            if (isMarked(expression))
                continue;
            mark(expression);
            if (expression.Parent is { } parent && --missing[parent] == 0)
                toMark.Push(parent);
            foreach (var use in expression.WholeOf?.Uses ?? [])
                toMark.Push(use);
        }
    }

    /// <summary>A rule that begins with itself would have to be followed for ever before the first byte.</summary>
    private static void RefuseLeftRecursion(IReadOnlyCollection<GbnfRule> rules)
    {
        var first = rules.ToDictionary(rule => rule, rule => Beginnings(rule.Whole!).ToList());
        var peeled = Peeled(rules, rule => first[rule]).ToHashSet();
        if (peeled.Count == rules.Count)
            return;
        // Every rule that is left begins with one that is left: going from one to the next comes round.
        var met = new HashSet<GbnfRule>();
        var rule = rules.First(rule => !peeled.Contains(rule));
        while (met.Add(rule))
            rule = first[rule].First(next => !peeled.Contains(next));
        throw new GrammarException($"line {rule.Line}", $"the rule {rule.Name}, which can begin with itself", "something else first (no left recursion)", "write a ::= b c* in place of a ::= a c | b");
    }

    private static IEnumerable<GbnfRule> Beginnings(GbnfExpression expression)
    {
        if (expression is ReferenceExpression reference)
            return [reference.Rule];
        var parts = expression.Parts;
        if (expression is SequenceExpression && parts.Count > 0)
            parts = [.. parts.TakeWhile(part => part.IsNullable), .. parts.SkipWhile(part => part.IsNullable).Take(1)];
        return parts.SelectMany(Beginnings);
    }

    /// <summary>The rules that need no others, those that need only these, and so on; a rule that needs itself is not among them, nor what needs that.</summary>
    private static List<GbnfRule> Peeled(IReadOnlyCollection<GbnfRule> rules, Func<GbnfRule, List<GbnfRule>> needs)
    {
        var (waiting, users) = (rules.ToDictionary(rule => rule, rule => needs(rule).Count), rules.ToDictionary(rule => rule, _ => new List<GbnfRule>()));
        foreach (var rule in rules)
        {
            foreach (var need in needs(rule))
                users[need].Add(rule);
        }
        var peeled = rules.Where(rule => waiting[rule] == 0).ToList();
        for (var i = 0; i < peeled.Count; i++)
        {
            foreach (var user in users[peeled[i]])
            {
                if (--waiting[user] == 0)
                    peeled.Add(user);
            }
        }
        return peeled;
    }

    private static void SetSizes(GbnfExpression expression)
    {
        long size = expression is TextExpression text ? text.Text.Length : 1;
        foreach (var part in expression.Parts)
        {
            SetSizes(part);
            size += part.Size;
        }
        if (expression is ReferenceExpression reference)
            size += reference.Rule.Whole!.Size;
        expression.Size = size <= MostSize ? (int)size : GbnfExpression.NotRegular;
    }
}
