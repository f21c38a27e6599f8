using Temoto.Plans;

namespace Temoto.Models;

/// <summary>The names that config.json has for functions of one element.</summary>
internal static class ActivationNames
{
    public const string Silu = "silu";
    public const string Gelu = "gelu";
    public const string GeluTanh = "gelu_pytorch_tanh";
    public const string Relu = "relu";
    public const string ReluSquared = "relu2";
    public const string QuickGelu = "quick_gelu";
    public const string Xielu = "xielu";

    /// <summary>All names of GELU's approximation by tanh.</summary>
    public static readonly IReadOnlyList<string> GeluTanhNames = [GeluTanh, "gelu_new", "gelu_fast"];

    /// <param name="name">One that a model type has let through.</param>
    public static Activation Of(string name) => name switch
    {
        Silu or "swish" => Activation.Silu,
        Gelu => Activation.Gelu,
        GeluTanh or "gelu_new" or "gelu_fast" => Activation.GeluTanh,
        Relu => Activation.Relu,
        ReluSquared => Activation.ReluSquared,
        QuickGelu => Activation.QuickGelu,
        Xielu => Activation.Xielu,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such function"),
    };
}
