namespace Temoto.Kernels.Floats;

/// <summary>How many tokens a kernel takes together, known when it is compiled: 1, 2 or 4.</summary>
internal interface ITokens
{
    static abstract int Count { get; }
}

/// <summary>1.</summary>
internal readonly struct OneToken : ITokens
{
    public static int Count => 1;
}

/// <summary>2.</summary>
internal readonly struct TwoTokens : ITokens
{
    public static int Count => 2;
}

/// <summary>4, or 3 of which one is computed twice.</summary>
internal readonly struct FourTokens : ITokens
{
    public static int Count => 4;
}
