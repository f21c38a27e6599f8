using System.Globalization;
using System.Text;

namespace Temoto.Plans;

/// <summary>
/// The distinct steps of a plan as text, a line each, and the program that runs them: what an accelerator with a few fixed descriptors and a loop over layers carries out. Places are
/// left out: two steps that differ only by where their operands lie have one descriptor.
/// </summary>
public static class StepDescriptors
{
    /// <summary>"d1 embed ..." for each distinct step, then "program: d1 | 23 x (d2 d3 ...) | ...".</summary>
    public static IReadOnlyList<string> Of(Plan plan)
    {
        var lines = new List<string>();
        var numbers = new Dictionary<string, int>();
        var program = new List<string>();
        foreach (var section in plan.Sections)
        {
            var steps = new List<string>();
            foreach (var step in section.Steps)
            {
                var text = Text(step);
                if (numbers.TryAdd(text, numbers.Count + 1))
                    lines.Add($"d{numbers.Count} {text}");
                steps.Add($"d{numbers[text]}");
            }
            program.Add(section.Layers == 1 ? string.Join(' ', steps) : $"{section.Layers} x ({string.Join(' ', steps)})");
        }
        lines.Add($"program: {string.Join(" | ", program)}");
        return lines;
    }

    /// <summary>Kind, device, operands with format and shape, tiles of the loops from the outermost, epilogue.</summary>
    private static string Text(Step step)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Lower(step.Kind)} on {step.Device}");
        if (step.OnLogitRows)
            text.Append(" (logit rows)");
        if (step.Attention is { } attention)
        {
            text.Append(CultureInfo.InvariantCulture, $" heads {attention.Heads}/{attention.KvHeads} x {attention.HeadDim}{(attention.Causal ? "" : " not causal")}{(attention.Integers ? " in integers" : "")}");
            if (attention.Window is { } window)
                text.Append(CultureInfo.InvariantCulture, $" window {window}");
            if (attention.Slopes is { } slopes)
                text.Append(CultureInfo.InvariantCulture, $" slopes {string.Join(' ', slopes)}");
        }
        if (step.Routing is { } routing)
            text.Append(CultureInfo.InvariantCulture, $" {routing.Chosen} of {routing.Experts} experts{(routing.Renormalizes ? " renormalized" : "")}");
        // Those of the experts are alike.
        foreach (var operand in step.Routing is null ? step.Operands : [.. step.Operands.DistinctBy(operand => operand.Role)])
            text.Append(CultureInfo.InvariantCulture, $"; {Lower(operand.Role)} {Text(operand.Format)} [{string.Join(", ", operand.Shape)}]");
        text.Append("; loops");
        Loops(text, step.Loops);
        if (step.Epilogue.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"; then {string.Join(", ", step.Epilogue.Select(item => Lower(item)))}");
        if (step.Function is { } function)
            text.Append(CultureInfo.InvariantCulture, $" {Lower(function)}");
        if (step.Bounds is { } bounds)
            text.Append(CultureInfo.InvariantCulture, $" bounded by {bounds.Limit}, up + {bounds.UpOffset}");
        if (step.Scale is { } scale)
            text.Append(CultureInfo.InvariantCulture, $" x {scale}");
        return text.ToString();
    }

    private static void Loops(StringBuilder text, Items<LoopNode> nodes)
    {
        foreach (var node in nodes)
        {
            if (node is not Loop loop)
                continue;
            text.Append(CultureInfo.InvariantCulture, $" {Lower(loop.Over)}/{loop.Tile}{(loop.Parallel ? "*" : "")}");
            if (!loop.Body.Any(inner => inner is Loop))
                continue;
            text.Append('(');
            Loops(text, loop.Body);
            text.Append(" )");
        }
    }

    private static string Text(Format format)
    {
        var text = $"{Lower(format.Type)}";
        if (format.Group > 0)
            text += $" g{format.Group}{(format.HasZeroPoints ? " with zero points" : "")}";
        if (format.Grid is { } grid)
            text += grid.StaticScale is { } scale ? string.Create(CultureInfo.InvariantCulture, $" grid {scale}") : " grid per token";
        return format.Packing == RowPacking.None ? text : $"{text} packed ({Lower(format.Packing)})";
    }

    private static string Lower<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0 && char.IsAsciiLetterLower(text[^1]))
                text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }
        return text.ToString();
    }
}
