namespace Temoto.Kernels.Integers;

/// <summary>The products of an <see cref="IntegerDot"/>, which are kernels of their own.</summary>
internal enum IntegerProducts
{
    /// <summary><see cref="IntegerDot.MatMul"/> of one token, whose blocks may be added in another order than the specification's.</summary>
    OneToken,

    /// <summary>The same with rows in the escape code, multiplied as they lie.</summary>
    OneTokenPacked,

    /// <summary>One token and few with weights in panels, in the order of the specification.</summary>
    Panels,

    /// <summary><see cref="IntegerDot.MatMul"/> of several.</summary>
    Tokens,

    /// <summary><see cref="IntegerDot.MatVecs"/>: several, each in the order of one.</summary>
    Sequences,
}
