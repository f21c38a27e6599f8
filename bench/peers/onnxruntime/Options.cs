using System.Globalization;

namespace Temoto.Peers;

/// <summary>What the command line asks for.</summary>
internal sealed record Options(string Model, int[] Threads, int[] Tokens, int[] Batches, int Rounds, double Seconds)
{
    /// <summary>Null where it cannot be read.</summary>
    public static Options? Parse(string[] args)
    {
        if (args.Length % 2 == 0)
            return null;
        var options = new Options(args[0], [1, 2], [16, 256], [1, 32], 5, 1);
        for (var at = 1; at < args.Length; at += 2)
        {
            if (options.With(args[at], args[at + 1]) is not { } more)
                return null;
            options = more;
        }
        return options;
    }

    private Options? With(string name, string value) => name switch
    {
        "--threads" => this with { Threads = Numbers(value) },
        "--tokens" => this with { Tokens = Numbers(value) },
        "--batches" => this with { Batches = Numbers(value) },
        "--rounds" => this with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
        "--seconds" => this with { Seconds = double.Parse(value, CultureInfo.InvariantCulture) },
        _ => null,
    };

    private static int[] Numbers(string list) => Array.ConvertAll(list.Split(','), text => int.Parse(text, CultureInfo.InvariantCulture));
}
