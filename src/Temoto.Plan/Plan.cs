using System.Text.Json.Serialization;

namespace Temoto.Plans;

/// <summary>The part of a generation a plan is for.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Phase>))]
public enum Phase
{
    /// <summary>Many tokens at once: the prompt.</summary>
    Prefill,

    /// <summary>One token at a time, of one sequence or of each of several.</summary>
    Decode,
}

/// <summary>Rotary positions (Su et al., arXiv 2104.09864): pair i of a head turns by position * RadiansPerPosition[i].</summary>
/// <param name="IsInterleaved">Pairs are neighbours (2i, 2i + 1); otherwise element i pairs with i + HeadDim / 2.</param>
/// <param name="RadiansPerPosition">[HeadDim / 2].</param>
public sealed record RotaryTable(string Name, int HeadDim, bool IsInterleaved, Items<double> RadiansPerPosition)
{
    /// <summary>What cosines and sines are multiplied with (yarn, longrope); null is 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? Scale { get; init; }
}

/// <summary>Steps that are carried out once for each of several layers, which are alike but for the places of their operands.</summary>
/// <param name="FirstLayer">The first of these layers; -1 for steps that stand outside the layers.</param>
/// <param name="Layers">How many; 1 outside.</param>
public sealed record Section(int FirstLayer, int Layers, Items<Step> Steps)
{
    /// <summary>A step of the section in one of its layers.</summary>
    public PlacedStep Place(Step step, int repeat) => new(step, FirstLayer < 0 ? -1 : FirstLayer + repeat, repeat);
}

/// <summary>How large a memory of the plan is.</summary>
public sealed record PlanMemory(MemoryRegion Region, long Bytes);

/// <summary>
/// An immutable decision for a model, a machine and a phase: what is carried out, step by step, and where everything lies. Plain data that can be written down, compared and read by
/// whoever runs it, prices it or lowers it to hardware.
/// </summary>
/// <param name="Version">Of this schema.</param>
/// <param name="Board">The name of the board it is for.</param>
/// <param name="MaxTokens">Most tokens one run takes: in decode, most sequences, each with one.</param>
/// <param name="MaxLogitRows">Most rows of logits one run gives.</param>
/// <param name="VocabSize">Token ids are below it; of a picture model, 0.</param>
/// <param name="Memories">Their sizes; the cache's of one sequence.</param>
/// <param name="Kv">How keys and values lie; null for a plan without attention.</param>
/// <param name="Sections">In order: prologue, layers, epilogue. Layers of different formats make sections of their own.</param>
/// <param name="Logits">[MaxLogitRows, columns].</param>
public sealed record Plan(
    int Version,
    string Board,
    Phase Phase,
    int MaxTokens,
    int MaxLogitRows,
    int ContextTokens,
    int VocabSize,
    Items<PlanMemory> Memories,
    KvLayout? Kv,
    Items<RotaryTable> RotaryTables,
    Items<Section> Sections,
    Operand Logits)
{
    /// <summary>What this library writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Each step as often as it is carried out, with its layer.</summary>
    [JsonIgnore]
    public IEnumerable<PlacedStep> Steps
    {
        get
        {
            foreach (var section in Sections)
            {
                for (var repeat = 0; repeat < section.Layers; repeat++)
                {
                    foreach (var step in section.Steps)
                        yield return section.Place(step, repeat);
                }
            }
        }
    }

    /// <summary>The first step's operand of a role, or null: of what a run is given, where it lies.</summary>
    public Operand? Find(OperandRole role)
    {
        foreach (var section in Sections.Span)
        {
            foreach (var step in section.Steps.Span)
            {
                if (step.Find(role) is { } operand)
                    return operand;
            }
        }
        return null;
    }

    /// <summary>Bytes of a memory.</summary>
    public long BytesOf(MemoryRegion region)
    {
        foreach (var memory in Memories.Span)
        {
            if (memory.Region == region)
                return memory.Bytes;
        }
        return 0;
    }

    /// <summary>Memory for all activations; every place in it lies inside.</summary>
    [JsonIgnore]
    public long ArenaBytes => BytesOf(MemoryRegion.Activations);

    /// <summary>The strict JSON form, which <see cref="FromJson"/> reads back to an equal plan.</summary>
    public string ToJson() => PlanJson.Write(this);

    /// <summary>Reads what <see cref="ToJson"/> wrote. Unknown, missing and duplicate members are refused.</summary>
    /// <exception cref="FormatException">Not a plan of this version; the message says where and why.</exception>
    public static Plan FromJson(string json) => PlanJson.ReadPlan(json);
}

/// <summary>A step of a section in one of its layers.</summary>
/// <param name="Layer">Of the model; -1 outside.</param>
/// <param name="Repeat">Which of the section's layers.</param>
public sealed record PlacedStep(Step Step, int Layer, int Repeat)
{
    /// <summary>Where a part lies in this layer.</summary>
    public long Offset(Part part) => part.OffsetBytes + Repeat * part.LayerStrideBytes;

    /// <summary>The name of an operand in this layer.</summary>
    public string NameOf(Operand operand) => Layer < 0 ? operand.Name : operand.Name.Replace(LayerMark, Layer.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>What stands for the layer in the names of a section's operands.</summary>
    public const string LayerMark = "{layer}";
}
