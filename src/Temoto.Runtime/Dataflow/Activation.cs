namespace Temoto.Dataflow;

/// <summary>Functions of one element, applied between two linear operations.</summary>
internal enum Activation
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x times the normal distribution at x, by the exact error function.</summary>
    Gelu,
}
