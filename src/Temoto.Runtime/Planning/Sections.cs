using System.Globalization;
using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>Finds the layers of a plan that are alike: same steps, same formats, operands at equal distances. They become one section.</summary>
internal static class Sections
{
    /// <param name="steps">All steps in order.</param>
    public static Items<Section> Of(IReadOnlyList<PlacedStep> steps)
    {
        var sections = new List<Section>();
        List<Step>? template = null;
        long[]? strides = null;
        foreach (var (layer, own) in Runs(steps))
        {
            if (sections.Count > 0 && layer >= 0 && sections[^1] is { FirstLayer: >= 0 } last && last.FirstLayer + last.Layers == layer
                && Alike(template!, own, last.Layers, ref strides))
            {
                sections[^1] = last with { Layers = last.Layers + 1 };
                continue;
            }
            Close();
            template = own;
            strides = null;
            sections.Add(new Section(layer, 1, [.. own]));
        }
        Close();
        return [.. sections];

        void Close()
        {
            if (strides is not null)
                sections[^1] = sections[^1] with { Steps = WithStrides(sections[^1].Steps, strides) };
        }
    }

    /// <summary>Consecutive steps of one layer, operand names with the layer's mark.</summary>
    private static IEnumerable<LayerSteps> Runs(IReadOnlyList<PlacedStep> steps)
    {
        for (var first = 0; first < steps.Count;)
        {
            var layer = steps[first].Layer;
            var run = new List<Step>();
            for (; first < steps.Count && steps[first].Layer == layer; first++)
                run.Add(layer < 0 ? steps[first].Step : Marked(steps[first].Step, layer));
            yield return new LayerSteps(layer, run);
        }
    }

    private static Step Marked(Step step, int layer)
    {
        var number = layer.ToString(CultureInfo.InvariantCulture);
        var operands = new Operand[step.Operands.Count];
        for (var i = 0; i < operands.Length; i++)
            operands[i] = step.Operands[i] with { Name = Marked(step.Operands[i].Name, number) };
        return step with { Operands = Items.Of<Operand>(operands) };
    }

    /// <summary>"model.layers.3.mlp" becomes "model.layers.{layer}.mlp", "3.attention" "{layer}.attention": the first part of a name that is the layer's number.</summary>
    private static string Marked(string name, string number)
    {
        for (var start = 0; start < name.Length;)
        {
            var dot = name.IndexOf('.', start);
            var end = dot < 0 ? name.Length : dot;
            if (name.AsSpan(start, end - start).SequenceEqual(number))
                return string.Concat(name.AsSpan(0, start), PlacedStep.LayerMark, name.AsSpan(end));
            start = end + 1;
        }
        return name;
    }

    /// <param name="repeat">How many layers lie between.</param>
    /// <param name="strides">Of every part from layer to layer; null until the second layer.</param>
    private static bool Alike(List<Step> template, List<Step> steps, int repeat, ref long[]? strides)
    {
        if (template.Count != steps.Count)
            return false;
        var distances = new List<long>();
        for (var i = 0; i < steps.Count; i++)
        {
            if (!Alike(template[i], steps[i], distances))
                return false;
        }
        var own = new long[distances.Count];
        for (var i = 0; i < own.Length; i++)
        {
            if (distances[i] % repeat != 0 || (strides is not null && strides[i] != distances[i] / repeat))
                return false;
            own[i] = distances[i] / repeat;
        }
        strides ??= own;
        return true;
    }

    private static bool Alike(Step one, Step other, List<long> distances)
    {
        if (one.Operands.Count != other.Operands.Count || (one with { Operands = other.Operands }) != other)
            return false;
        for (var i = 0; i < one.Operands.Count; i++)
        {
            var (mine, theirs) = (one.Operands[i], other.Operands[i]);
            if (mine.Parts.Count != theirs.Parts.Count || (mine with { Parts = theirs.Parts }) != theirs)
                return false;
            for (var part = 0; part < mine.Parts.Count; part++)
            {
                if ((mine.Parts[part] with { OffsetBytes = theirs.Parts[part].OffsetBytes }) != theirs.Parts[part])
                    return false;
                distances.Add(theirs.Parts[part].OffsetBytes - mine.Parts[part].OffsetBytes);
            }
        }
        return true;
    }

    private static Items<Step> WithStrides(Items<Step> steps, long[] strides)
    {
        var next = 0;
        return [.. steps.Select(step => step with
        {
            Operands = [.. step.Operands.Select(operand => operand with { Parts = [.. operand.Parts.Select(part => part with { LayerStrideBytes = strides[next++] })] })],
        })];
    }

    /// <summary>A class: iterators over pairs are compiled anew in every process.</summary>
    private sealed record LayerSteps(int Layer, List<Step> Steps);
}
