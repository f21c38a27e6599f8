namespace Temoto.Planning.Host;

/// <summary>Elements per second of what steps do beside products, all threads together, rows in cache.</summary>
/// <param name="Softmax">Scores that become exponentials, a tile of positions at a time.</param>
/// <param name="RmsNorm">Of whole rows.</param>
/// <param name="HeadNorm">Of single heads.</param>
/// <param name="Add">To a residual, in rows of a tile.</param>
/// <param name="Relu">The function alone.</param>
/// <param name="Gelu">The function alone.</param>
/// <param name="SiluGate">The function times the other product.</param>
/// <param name="Round">Activations that become int8, in rows of a tile.</param>
/// <param name="Rotary">Of single heads.</param>
/// <param name="StoreHalf">Keys and values into a cache of half floats, half of each.</param>
/// <param name="StoreInt8">The same into a cache of int8.</param>
internal sealed record PassRates(
    double Softmax,
    double RmsNorm,
    double HeadNorm,
    double Add,
    double Relu,
    double Gelu,
    double SiluGate,
    double Round,
    double Rotary,
    double StoreHalf,
    double StoreInt8);
