using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>Brings text to a Unicode normalization form. .NET's own does nothing under InvariantGlobalization, which Temoto is built with.</summary>
internal sealed class NormalFormNormalizer(NormalForm form) : INormalizer
{
    [ThreadStatic]
    private static List<int>? pointsOfThread;

    public void Normalize(NormalizedText text)
    {
        var characters = text.Text;
        if (!characters.ContainsAnyExceptInRange('\0', '\u007F'))
            return;
        var points = pointsOfThread ??= [];
        points.Clear();
        for (var at = 0; at < characters.Length;)
        {
            Decomposition.Add(CodePoints.At(characters, at, out var length), form is NormalForm.Nfkc or NormalForm.Nfkd, points);
            at += length;
        }
        var classes = CanonicalComposition.Order(points);
        if (form is NormalForm.Nfc or NormalForm.Nfkc)
            CanonicalComposition.Combine(points, classes);
        text.Begin();
        for (var i = 0; i < points.Count; i++)
        {
            // The first character's own end is not followed through the forms: its first code point counts.
            if (i == 1 || text.OriginLength == 0)
                text.From(text.OriginLength);
            text.AppendPoint(points[i]);
        }
        text.End();
    }
}
