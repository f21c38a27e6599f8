using System.Text;
using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>Replaces each code point by none, one or several, whatever stands beside it.</summary>
internal sealed class PointNormalizer(Action<NormalizedText, int> write) : INormalizer
{
    /// <summary>Rust's <c>to_lowercase</c>, one character after the other: the dotted capital I becomes two.</summary>
    public static PointNormalizer Lowercase { get; } = new((text, point) =>
    {
        if (point == 0x130)
            text.Append("i\u0307");
        else
            text.AppendPoint(Rune.IsValid(point) ? Rune.ToLowerInvariant(new Rune(point)).Value : point);
    });

    /// <summary>Marks are left out.</summary>
    public static PointNormalizer StripAccents { get; } = new((text, point) =>
    {
        if (!CharacterProperties.IsMark(point))
            text.AppendPoint(point);
    });

    /// <summary>Of SentencePiece's <c>nmt</c> rules: controls are left out, and what is a space of some kind becomes one.</summary>
    public static PointNormalizer Nmt { get; } = new((text, point) =>
    {
        if (point is (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F)
            return;
        text.AppendPoint(point is 9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD ? ' ' : point);
    });

    /// <summary>BERT: controls, NUL and U+FFFD are left out, and every space becomes a plain one.</summary>
    public static PointNormalizer BertCleanText { get; } = new((text, point) =>
    {
        if (point is '\t' or '\n' or '\r')
            text.Append(' ');
        else if (point is not 0 and not CodePoints.Replacement && !CharacterProperties.IsOther(point))
            text.AppendPoint(CharacterProperties.IsSpace(point) ? ' ' : point);
    });

    /// <summary>BERT: spaces around each CJK ideograph.</summary>
    public static PointNormalizer BertIdeographs { get; } = new((text, point) =>
    {
        var isIdeograph = point is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
            or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
        if (isIdeograph)
            text.Append(' ');
        text.AppendPoint(point);
        if (isIdeograph)
            text.Append(' ');
    });

    /// <summary>BERT: marks that take no space are left out.</summary>
    public static PointNormalizer BertStripAccents { get; } = new((text, point) =>
    {
        if (!CharacterProperties.IsNonSpacingMark(point))
            text.AppendPoint(point);
    });

    public void Normalize(NormalizedText text) => text.EachPoint(write);
}
