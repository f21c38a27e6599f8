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
        for (var matches = pattern.All(list.TextOf(piece), list.Budget); matches.Next(); done = matches.End)
        {
            if (matches.Start > done)
                parts.Add(done, matches.Start, isMatch: invert);
            parts.Add(matches.Start, matches.End, isMatch: !invert);
        }
        if (done < piece.Length)
            parts.Add(done, piece.Length, isMatch: invert);
        parts.End();
    }

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
