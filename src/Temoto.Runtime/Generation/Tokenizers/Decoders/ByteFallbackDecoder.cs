using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>Runs of byte tokens become the text of their bytes; if those are no UTF-8, a U+FFFD for each.</summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var texts = new List<string>(tokens.Count);
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (TryParse(token, out var value))
            {
                bytes.Add(value);
                continue;
            }
            End(bytes, texts);
            texts.Add(token);
        }
        End(bytes, texts);
        return texts;
    }

    private static void End(List<byte> bytes, List<string> texts)
    {
        var run = CollectionsMarshal.AsSpan(bytes);
        if (run.IsEmpty)
            return;
        if (Utf8.IsValid(run))
            texts.Add(Encoding.UTF8.GetString(run));
        else
            texts.AddRange(Enumerable.Repeat("\uFFFD", run.Length));
        bytes.Clear();
    }

    /// <summary><c>&lt;0xNN&gt;</c>; Rust's parser also takes a plus and one digit.</summary>
    private static bool TryParse(string token, out byte value)
    {
        value = 0;
        if (token.Length != 6 || !token.StartsWith("<0x", StringComparison.Ordinal) || token[5] != '>')
            return false;
        var digits = token.AsSpan(token[3] == '+' ? 4 : 3, token[3] == '+' ? 1 : 2);
        return byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
