"""Prints src/Temoto.Runtime/Generation/Tokenizers/CanonicalData.cs from Python's Unicode data: python3 canonical_data.py > CanonicalData.cs"""
import sys
import unicodedata

HANGUL = range(0xAC00, 0xD7A4)
decompositions, classes = [], []
for point in range(sys.maxunicode + 1):
    character = chr(point)
    combining = unicodedata.combining(character)
    if combining:
        if classes and classes[-1][1] == point - 1 and classes[-1][2] == combining:
            classes[-1][1] = point
        else:
            classes.append([point, point, combining])
    mapping = unicodedata.decomposition(character)
    if mapping and not mapping.startswith("<") and point not in HANGUL:
        parts = [int(part, 16) for part in mapping.split()]
        composes = len(parts) == 2 and unicodedata.normalize("NFC", character) == character
        decompositions.append([point, parts[0], parts[1] if len(parts) == 2 else 0, int(composes)])


def rows(table, per_line):
    texts = [", ".join(f"0x{value:X}" if value > 9 else str(value) for value in row) for row in table]
    return "\n".join("        " + ", ".join(texts[i:i + per_line]) + "," for i in range(0, len(texts), per_line))


print(f"""namespace Temoto.Generation.Tokenizers;

/// <summary>
/// Canonical decompositions and combining classes of Unicode {unicodedata.unidata_version}; Hangul syllables are computed instead.
/// Written by tests/oracle/canonical_data.py.
/// </summary>
internal static class CanonicalData
{{
    /// <summary>Rows of code point, first part, second part or 0, and 1 where NFC composes the parts again; sorted by code point.</summary>
    public static ReadOnlySpan<int> Decompositions =>
    [
{rows(decompositions, 5)}
    ];

    /// <summary>Rows of first and last code point and their combining class, where it is not 0; sorted.</summary>
    public static ReadOnlySpan<int> CombiningClasses =>
    [
{rows(classes, 8)}
    ];
}}""")
