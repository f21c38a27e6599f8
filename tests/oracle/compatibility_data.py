"""Prints src/Temoto.Runtime/Generation/Tokenizers/Unicode/CompatibilityData.cs from Python's Unicode data: python3 compatibility_data.py > CompatibilityData.cs"""
import sys
import unicodedata

rows = []
for point in range(sys.maxunicode + 1):
    mapping = unicodedata.decomposition(chr(point))
    if mapping.startswith("<"):
        parts = [int(part, 16) for part in mapping.split()[1:]]
        rows.append([point, len(parts), *parts])

lines, line = [], ""
for row in rows:
    text = ", ".join(f"0x{value:X}" if value > 9 else str(value) for value in row) + ","
    if len(line) + len(text) > 150:
        lines.append(line)
        line = ""
    line += (" " if line else "") + text
lines.append(line)
body = "\n".join("        " + text for text in lines)

print(f"""namespace Temoto.Generation.Tokenizers.Unicode;

/// <summary>Compatibility decompositions of Unicode {unicodedata.unidata_version}, one step each. Written by tests/oracle/compatibility_data.py.</summary>
internal static class CompatibilityData
{{
    /// <summary>Rows of code point, number of parts and the parts; sorted by code point.</summary>
    public static ReadOnlySpan<int> Decompositions =>
    [
{body}
    ];
}}""")
