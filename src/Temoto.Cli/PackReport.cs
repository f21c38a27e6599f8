using Temoto.Quantization;

namespace Temoto.Cli;

/// <summary>What a finished <see cref="PackJob"/> has to tell.</summary>
internal sealed record PackReport(PackJob Job);
