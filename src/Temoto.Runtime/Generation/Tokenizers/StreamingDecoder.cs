using System.Runtime.InteropServices;
using System.Text;

namespace Temoto.Generation.Tokenizers;

/// <summary>
/// Turns ids into text one by one. A character whose bytes lie in several tokens comes out with the last of them; all pieces together are what
/// <see cref="Tokenizer.Decode"/> gives for the whole.
/// </summary>
internal abstract class StreamingDecoder
{
    /// <param name="before">The last id of the text that these continue, which has come out already; null where they begin one.</param>
    /// <param name="shown">Special tokens that are not skipped.</param>
    public static StreamingDecoder Create(Tokenizer tokenizer, bool skipSpecialTokens = true, int? before = null, IReadOnlySet<int>? shown = null)
    {
        Func<int, bool> skips = !skipSpecialTokens ? _ => false : shown is { Count: > 0 } ? id => tokenizer.IsSpecial(id) && !shown.Contains(id) : tokenizer.IsSpecial;
        // A text that shows some of them leaves out the others one by one; else those too that are only written like one.
        return tokenizer is BpeTokenizer bpe ? new ByteStream(bpe, skips, startOfText: before is null) : new TextStream(tokenizer, skips, skipSpecialTokens && shown is not { Count: > 0 }, before);
    }

    /// <summary>The text that this id completes; valid until the next call.</summary>
    public abstract ReadOnlySpan<char> Push(int id);

    /// <summary>Ends the text: U+FFFD for a character that is not whole, else nothing.</summary>
    public abstract ReadOnlySpan<char> Flush();

    /// <summary>Each id stands for bytes of its own.</summary>
    private sealed class ByteStream : StreamingDecoder
    {
        private readonly BpeTokenizer tokenizer;
        private readonly Func<int, bool> skips;
        private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
        private bool stripSpace;
        private readonly ByteRun run = new();
        private char[] chars = new char[64];

        public ByteStream(BpeTokenizer tokenizer, Func<int, bool> skips, bool startOfText)
        {
            this.tokenizer = tokenizer;
            this.skips = skips;
            stripSpace = startOfText && tokenizer.StripsPrefixSpace;
        }

        public override ReadOnlySpan<char> Push(int id)
        {
            if (skips(id))
                return default;
            var bytes = tokenizer.BytesOf(id);
            if (bytes.IsEmpty)
                return default;
            if (tokenizer.IsByteToken(id))
            {
                // Whether they are text shows when the run has ended.
                run.Add(bytes[0]);
                return default;
            }
            var before = run.End();
            return Convert(before.Length == 0 ? bytes : [.. before, .. bytes], flush: false);
        }

        public override ReadOnlySpan<char> Flush() => Convert(run.End(), flush: true);

        private ReadOnlySpan<char> Convert(scoped ReadOnlySpan<byte> bytes, bool flush)
        {
            var strips = stripSpace && bytes is [(byte)' ', ..];
            stripSpace &= bytes.IsEmpty;
            if (strips)
                bytes = bytes[1..];
            // Each byte ends at most one character, and up to three may be waiting.
            if (chars.Length < bytes.Length + 4)
                chars = new char[bytes.Length + 4];
            return chars.AsSpan(0, decoder.GetChars(bytes, chars, flush));
        }
    }

    /// <summary>
    /// What an id means may depend on those before it: the last ones are decoded again with it, and what they mean alone is taken away. What ends in U+FFFD may be a character that is not
    /// whole, and waits.
    /// </summary>
    private sealed class TextStream : StreamingDecoder
    {
        /// <summary>More ids than a character has bytes.</summary>
        private const int MostWaiting = 8;

        private readonly Tokenizer tokenizer;
        private readonly Func<int, bool> skips;
        private readonly bool skipSpecialTokens;
        private readonly List<int> ids = [];

        /// <summary>Of the ids, those whose text has come out.</summary>
        private int told;
        private string toldText = "";

        public TextStream(Tokenizer tokenizer, Func<int, bool> skips, bool skipSpecialTokens, int? before)
        {
            this.tokenizer = tokenizer;
            this.skips = skips;
            this.skipSpecialTokens = skipSpecialTokens;
            if (before is { } id)
                ids.Add(id);
            told = ids.Count;
            toldText = Decode();
        }

        public override ReadOnlySpan<char> Push(int id)
        {
            if (skips(id))
                return default;
            ids.Add(id);
            var text = Decode();
            if (text.EndsWith('\uFFFD') && ids.Count - told < MostWaiting)
                return default;
            return Tell(text);
        }

        public override ReadOnlySpan<char> Flush() => Tell(Decode());

        private ReadOnlySpan<char> Tell(string text)
        {
            var common = Math.Min(toldText.Length, text.Length);
            var news = text.AsSpan(common);
            // Those that came out before are no longer needed: the new ones are what the next may depend on.
            if (told > 0)
                ids.RemoveRange(0, told);
            told = ids.Count;
            toldText = Decode();
            return news;
        }

        private string Decode() => tokenizer.Decode(CollectionsMarshal.AsSpan(ids), skipSpecialTokens);
    }
}
