namespace Temoto.Dataflow;

/// <summary>Functions of one element, applied between two linear operations.</summary>
internal enum Activation
{
    /// <summary>max(x, 0).</summary>
    Relu,
}
