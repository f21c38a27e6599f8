namespace Temoto;

/// <summary>Where guesses at the next tokens come from, which are computed in one run with the last token.</summary>
public enum DraftChoice
{
    /// <summary>From the text itself: what stood behind its last tokens before. As many as pay on this machine with this text; none while other sessions generate.</summary>
    Lookup,

    /// <summary>Nowhere: one token after the other.</summary>
    Off,
}
