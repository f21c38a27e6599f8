namespace Temoto.Generation.Tokenizers.PreTokenizers;

/// <summary>What becomes of the matches that a text is split at.</summary>
internal enum SplitBehavior
{
    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>They are left out.</summary>
    Removed,

    /// <summary>Neighbouring ones are one piece.</summary>
    Contiguous,

    /// <summary>Each ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>Each begins the piece behind it.</summary>
    MergedWithNext,
}

/// <summary>Cuts at the matches of a pattern.</summary>
/// <param name="invert">What lies between matches counts as the matches.</param>
internal sealed class PatternSplit(Pattern pattern, SplitBehavior behavior, bool invert = false) : PreTokenizer
{
    protected override void Split(PieceList list, Piece piece) => Split(list, piece, pattern, behavior, invert);

    /// <summary>Adds the parts of a piece.</summary>
    public static void Split(PieceList list, Piece piece, Pattern pattern, SplitBehavior behavior, bool invert)
    {
        var parts = new Parts(list, piece, behavior);
        var done = 0;
        for (int from = 0, start, end; Find(list, piece, pattern, from, out start, out end); from = Pattern.Beyond(list.TextOf(piece), start, end))
        {
            if (start > done)
                parts.Add(done, start, isMatch: invert);
            // An empty match right behind another is none.
            if (end > start || end > done || done == 0)
                parts.Add(start, end, isMatch: !invert);
            done = end;
            if (start == end && end == piece.Length)
                break;
        }
        if (done < piece.Length)
            parts.Add(done, piece.Length, isMatch: invert);
        parts.End();
    }

    /// <summary>The list may grow between two calls, so the text is asked for anew.</summary>
    private static bool Find(PieceList list, Piece piece, Pattern pattern, int from, out int start, out int end) => pattern.Find(list.TextOf(piece), from, list.Budget, out start, out end);

    /// <summary>Puts matches and what lies between them together to pieces.</summary>
    private ref struct Parts(PieceList list, Piece piece, SplitBehavior behavior)
    {
        private int start;
        private int end;

        /// <summary>The part at hand ends in a match; in the parts before the first, none does.</summary>
        private bool wasMatch;
        private bool hasPart;

        public void Add(int from, int to, bool isMatch)
        {
            var joins = hasPart && behavior switch
            {
                SplitBehavior.Contiguous => isMatch == wasMatch,
                SplitBehavior.MergedWithPrevious => isMatch && !wasMatch,
                SplitBehavior.MergedWithNext => wasMatch && !isMatch,
                _ => false,
            };
            if (!joins)
            {
                End();
                start = from;
            }
            (end, hasPart, wasMatch) = (to, behavior != SplitBehavior.Removed || !isMatch, isMatch);
        }

        public void End()
        {
            if (hasPart)
                list.Add(piece.Part(start, end));
            hasPart = false;
        }
    }
}
