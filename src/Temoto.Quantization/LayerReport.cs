namespace Temoto.Quantization;

/// <summary>What quantization did to one layer, measured on the calibration tokens with the inputs of the float model.</summary>
/// <param name="Kept">Which variant of the layer errs least: "rtn", "scales" or "scales and clip".</param>
/// <param name="RtnError">Squared error of the layer's output after rounding to nearest, over the sum of squares of what the layer adds to its input.</param>
/// <param name="Error">The same of what was kept; never above <paramref name="RtnError"/>.</param>
internal sealed record LayerReport(int Layer, string Kept, double RtnError, double Error, IReadOnlyList<GroupReport> Groups, IReadOnlyList<MatrixReport> Matrices);

/// <summary>The search of a group of linear layers that read the same input.</summary>
/// <param name="Exponent">AWQ's ratio or SmoothQuant's alpha; null where all scales are one.</param>
/// <param name="RtnError">Squared error of the inspected module's output over its sum of squares, after rounding to nearest.</param>
/// <param name="Error">The same with the scales found, before clipping; never above <paramref name="RtnError"/>.</param>
/// <param name="ActivationOutliers">Largest over median of the channels' mean magnitudes: 1 is even, 100 has outlier channels.</param>
internal sealed record GroupReport(string Name, double? Exponent, double RtnError, double Error, double ActivationOutliers);

/// <summary>One matrix: squared error of its output over the output's sum of squares.</summary>
/// <param name="ClippedShare">The share of its groups whose range was narrowed.</param>
internal sealed record MatrixReport(string Name, double RtnError, double Error, double ClippedShare);
