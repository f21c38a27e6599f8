using System.ComponentModel;

namespace Temoto.Kernels;

/// <summary>
/// Chooses the kernel set once per model: the best this processor runs, or the one that was asked for. Sets are named by their instruction set, so that a name means
/// the same code on every machine. A set is made and tested at its first use in a process (<see cref="KernelSelfTest"/>); one that fails is not used, the next is.
/// </summary>
/// <param name="candidates">All sets, best first; the last one needs no test.</param>
/// <param name="report">Takes a line for the user.</param>
internal sealed partial class KernelChooser(IReadOnlyList<KernelChooser.Candidate> candidates, Action<string> report)
{
    /// <summary>The environment variable that stands in for <c>ModelOptions.Kernels</c>.</summary>
    public const string EnvironmentVariable = "TEMOTO_KERNELS";

    private static readonly KernelChooser OfThisProcess = new(Sets(), ToStandardError);

    private readonly Dictionary<string, KernelSet?> tested = [];
    private readonly HashSet<string> multiplied = [];

    /// <summary>Sets this processor can run, best first.</summary>
    public static IReadOnlyList<string> Available => OfThisProcess.Names;

    /// <summary>Throws what <see cref="Choose"/> would for a name that is none, without making a set.</summary>
    public static void Require(string? name) => OfThisProcess.NameOf(name);

    /// <summary>
    /// The set called <paramref name="name"/> (null: <c>TEMOTO_KERNELS</c>, else the best). Throws an <see cref="ArgumentException"/> (<see cref="InputException"/>
    /// for the variable) for a set that does not exist or that this processor cannot run.
    /// </summary>
    /// <param name="floatProducts">Whether products with float activations must have passed their test. A model whose weights all meet integers needs none of them, and each is compiled at its first call.</param>
    public static KernelSet Choose(string? name, bool floatProducts = true) => OfThisProcess.Find(name, floatProducts);

    private IReadOnlyList<string> Names => [.. candidates.Where(candidate => candidate.Runs).Select(candidate => candidate.Name)];

    /// <inheritdoc cref="Choose"/>
    public KernelSet Find(string? name, bool floatProducts = true)
    {
        name = NameOf(name);
        lock (tested)
        {
            foreach (var candidate in candidates.SkipWhile(candidate => candidate.Name != name).Where(candidate => candidate.Runs))
            {
                if (!tested.TryGetValue(candidate.Name, out var kernels))
                    tested.Add(candidate.Name, kernels = Test(candidate));
                if (kernels is not null && floatProducts && !multiplied.Contains(candidate.Name))
                {
                    if (candidate == candidates[^1] || KernelSelfTest.Multiplies(kernels))
                        multiplied.Add(candidate.Name);
                    else
                        tested[candidate.Name] = kernels = Failed(candidate);
                }
                if (kernels is not null)
                    return kernels;
            }
        }
        throw new InvalidOperationException("the last set needs no test");
    }

    /// <summary>What was asked for by name, by the environment or not at all.</summary>
    private string NameOf(string? asked)
    {
        var name = asked ?? Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (string.IsNullOrEmpty(name) || name == "auto")
            name = Names[0];
        return Names.Contains(name) ? name : throw Unknown(asked, name);
    }

    private Exception Unknown(string? asked, string name)
    {
        var expected = $"one of {string.Join(", ", Names)} on this processor";
        return asked is null
            ? new InputException(EnvironmentVariable, null, $"'{name}'", expected, "unset it to take the best")
            : new OptionException("ModelOptions.Kernels", name, $"'{name}'", expected, "leave it out to take the best");
    }

    private KernelSet? Test(Candidate candidate)
    {
        try
        {
            var kernels = candidate.Create(candidate.Name);
            if (candidate == candidates[^1] || KernelSelfTest.Computes(kernels))
                return kernels;
            return Failed(candidate);
        }
        catch (Exception error) when (error is Win32Exception or DllNotFoundException or EntryPointNotFoundException)
        {
            report($"temoto: kernels {candidate.Name}: the system lets no emitted code run ({error.Message}); the next set is used");
        }
        return null;
    }

    private KernelSet? Failed(Candidate candidate)
    {
        report($"temoto: kernels {candidate.Name}: failed the self-test; the next set is used");
        return null;
    }

    private static void ToStandardError(string line) => Console.Error.WriteLine(line);

    /// <param name="Runs">Whether this processor and system can run it.</param>
    /// <param name="Create">Takes the name.</param>
    internal sealed record Candidate(string Name, bool Runs, Func<string, KernelSet> Create);
}
