namespace Temoto.Generation.Tokenizers;

/// <summary>
/// Unicode normalization form C. .NET's own <c>string.Normalize</c> returns its input unchanged under InvariantGlobalization, which Temoto
/// is built with, so this follows Unicode Standard Annex 15 with the data of <see cref="CanonicalData"/>.
/// </summary>
internal static class CanonicalComposition
{
    // Hangul syllables are arithmetic on their letters (The Unicode Standard, section 3.12).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>No code point below changes in NFC or combines with the one before.</summary>
    private const char FirstUnstable = '\u0300';

    private const int RowLength = 4;

    /// <summary>
    /// The text in NFC: <paramref name="text"/> itself where it already is, else a part of <paramref name="buffer"/>, which grows as needed.
    /// Half surrogate pairs stay as they are.
    /// </summary>
    public static ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, ref char[] buffer)
    {
        if (text.IndexOfAnyExceptInRange('\0', (char)(FirstUnstable - 1)) < 0)
            return text;
        var at = NextUnstable(text, 0, out var segment);
        if (at == text.Length)
            return text;

        // Between one stable code point and the next, text is normalized by itself; stable stretches are copied.
        var output = new Output(buffer, text.Length + 16);
        var points = new List<int>();
        var copied = 0;
        while (at < text.Length)
        {
            output.Append(text[copied..segment]);
            points.Clear();
            var end = segment;
            do
            {
                Decompose(PointAt(text, end, out var length), points);
                end += length;
            }
            while (end < text.Length && (end <= at || IsUnstable(PointAt(text, end, out _))));
            Compose(points, ref output);
            copied = end;
            at = NextUnstable(text, end, out segment);
        }
        output.Append(text[copied..]);
        buffer = output.Buffer;
        return buffer.AsSpan(0, output.Count);
    }

    /// <summary>
    /// Where the next code point lies that may change or combine with the one before; <paramref name="segment"/> is where that one before begins.
    /// </summary>
    private static int NextUnstable(ReadOnlySpan<char> text, int from, out int segment)
    {
        segment = from;
        for (var at = from; at < text.Length;)
        {
            if (text[at] < FirstUnstable)
            {
                segment = at++;
                continue;
            }
            if (IsUnstable(PointAt(text, at, out var length)))
                return at;
            segment = at;
            at += length;
        }
        return text.Length;
    }

    private static int PointAt(ReadOnlySpan<char> text, int at, out int length)
    {
        length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
        return length == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
    }

    private static bool IsUnstable(int point) => point >= FirstUnstable && Tables.IsUnstable(point);

    /// <summary>Adds the full canonical decomposition of a code point.</summary>
    public static void Decompose(int point, List<int> points)
    {
        var syllable = point - SyllableBase;
        if ((uint)syllable < SyllableCount)
        {
            points.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            points.Add(VowelBase + (syllable % (VowelCount * TrailCount) / TrailCount));
            if (syllable % TrailCount != 0)
                points.Add(TrailBase + (syllable % TrailCount));
            return;
        }
        var row = Tables.DecompositionOf(point);
        if (row.IsEmpty)
        {
            points.Add(point);
            return;
        }
        Decompose(row[1], points);
        if (row[2] != 0)
            Decompose(row[2], points);
    }

    /// <summary>Orders marks by their class and composes, over one segment.</summary>
    private static void Compose(List<int> points, ref Output output)
    {
        Combine(points, Order(points));
        foreach (var point in points)
            output.Append(point);
    }

    /// <summary>Composes what composes; <paramref name="classes"/> are those of the points, which are in their order.</summary>
    public static void Combine(List<int> points, byte[] classes)
    {
        var starter = -1;
        var lastClass = -1;
        var kept = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            int combining = classes[i];
            // A mark is blocked from the starter by one of its own class or a higher one, and a starter by anything in between.
            var blocked = lastClass >= combining;
            if (starter >= 0 && !blocked && Pair(points[starter], point) is var composed and > 0)
            {
                points[starter] = composed;
                continue;
            }
            if (combining == 0)
            {
                starter = kept;
                lastClass = -1;
            }
            else
            {
                lastClass = combining;
            }
            points[kept++] = point;
        }
        points.RemoveRange(kept, points.Count - kept);
    }

    /// <summary>Sorts each run of marks by class, stably; returns the classes of all points.</summary>
    public static byte[] Order(List<int> points)
    {
        var classes = new byte[points.Count];
        for (var i = 0; i < classes.Length; i++)
            classes[i] = Tables.ClassOf(points[i]);
        for (var start = 0; start < classes.Length; start++)
        {
            if (classes[start] == 0)
                continue;
            var end = start;
            while (end < classes.Length && classes[end] != 0)
                end++;
            var keys = new ulong[end - start];
            for (var i = start; i < end; i++)
                keys[i - start] = ((ulong)classes[i] << 56) | ((ulong)(uint)(i - start) << 24) | (uint)points[i];
            Array.Sort(keys);
            for (var i = start; i < end; i++)
            {
                classes[i] = (byte)(keys[i - start] >> 56);
                points[i] = (int)(keys[i - start] & 0xFFFFFF);
            }
            start = end;
        }
        return classes;
    }

    /// <summary>What two code points compose to, or 0.</summary>
    private static int Pair(int first, int second)
    {
        if ((uint)(first - LeadBase) < LeadCount && (uint)(second - VowelBase) < VowelCount)
            return SyllableBase + ((((first - LeadBase) * VowelCount) + (second - VowelBase)) * TrailCount);
        if ((uint)(first - SyllableBase) < SyllableCount && (first - SyllableBase) % TrailCount == 0 && (uint)(second - TrailBase - 1) < TrailCount - 1)
            return first + (second - TrailBase);
        return Tables.CompositionOf(first, second);
    }

    /// <summary>The growing result.</summary>
    private ref struct Output(char[] buffer, int capacity)
    {
        public char[] Buffer { get; private set; } = buffer.Length >= capacity ? buffer : new char[capacity];

        public int Count { get; private set; }

        public void Append(ReadOnlySpan<char> text)
        {
            Room(text.Length);
            text.CopyTo(Buffer.AsSpan(Count));
            Count += text.Length;
        }

        public void Append(int point)
        {
            Room(2);
            if (point < 0x10000)
            {
                Buffer[Count++] = (char)point;
                return;
            }
            Buffer[Count++] = (char)(0xD800 + ((point - 0x10000) >> 10));
            Buffer[Count++] = (char)(0xDC00 + (point & 0x3FF));
        }

        private void Room(int length)
        {
            if (Buffer.Length - Count >= length)
                return;
            var grown = new char[Math.Max(Buffer.Length * 2, Count + length)];
            Buffer.AsSpan(0, Count).CopyTo(grown);
            Buffer = grown;
        }
    }

    /// <summary>Look-ups over <see cref="CanonicalData"/>, filled at the first text that needs them.</summary>
    private static class Tables
    {
        /// <summary>Above every code point that decomposes or combines.</summary>
        private const int Limit = 0x30000;

        private static readonly Dictionary<(int First, int Second), int> Compositions = [];
        private static readonly byte[] Classes = new byte[Limit];
        private static readonly ulong[] Unstable = new ulong[Limit / 64];

        // One pass fills all three.
        static Tables()
        {
            var classes = CanonicalData.CombiningClasses;
            for (var i = 0; i < classes.Length; i += 3)
            {
                for (var point = classes[i]; point <= classes[i + 1]; point++)
                {
                    Classes[point] = (byte)classes[i + 2];
                    Mark(point);
                }
            }
            var rows = CanonicalData.Decompositions;
            for (var i = 0; i < rows.Length; i += RowLength)
            {
                if (rows[i + 3] == 0)
                {
                    Mark(rows[i]);
                    continue;
                }
                Compositions.Add((rows[i + 1], rows[i + 2]), rows[i]);
                Mark(rows[i + 2]);
            }
            for (var i = 0; i < VowelCount; i++)
                Mark(VowelBase + i);
            for (var i = 1; i < TrailCount; i++)
                Mark(TrailBase + i);
        }

        public static bool IsUnstable(int point) => point < Limit && (Unstable[point >> 6] >> (point & 63) & 1) != 0;

        public static byte ClassOf(int point) => point < Limit ? Classes[point] : (byte)0;

        public static int CompositionOf(int first, int second) => Compositions.GetValueOrDefault((first, second));

        public static ReadOnlySpan<int> DecompositionOf(int point)
        {
            var rows = CanonicalData.Decompositions;
            var low = 0;
            var high = (rows.Length / RowLength) - 1;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var row = rows.Slice(middle * RowLength, RowLength);
                if (row[0] == point)
                    return row;
                if (row[0] < point)
                    low = middle + 1;
                else
                    high = middle - 1;
            }
            return default;
        }

        private static void Mark(int point) => Unstable[point >> 6] |= 1UL << (point & 63);
    }
}
