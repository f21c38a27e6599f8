using Temoto.Formats.Checkpoints;

namespace Temoto.Cli;

/// <summary>A model that is to be timed.</summary>
/// <param name="Name">The name in reports: the shape's, or the model as the command line has it.</param>
/// <param name="Seeded">The weights are random numbers in memory.</param>
internal sealed record BenchSource(string Name, bool Seeded, Func<Checkpoint> Open);
