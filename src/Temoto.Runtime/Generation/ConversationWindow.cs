namespace Temoto.Generation;

/// <summary>
/// The part of a conversation that fits the context, by this rule: while the prompt and the room for an answer fit, everything is kept. Otherwise
/// whole turns (a user's message and what follows it up to the next) are dropped from the oldest on until the prompt takes half of the context at
/// most. Dropping loses what the KV cache holds behind the system message, so it should be rare: hence the half. System messages at the start and
/// the last turn always stay.
/// </summary>
/// <param name="Messages">What is kept.</param>
/// <param name="Prompt">The prompt of that.</param>
/// <param name="DroppedTurns">How many turns are not in it.</param>
internal sealed record ConversationWindow(IReadOnlyList<ChatMessage> Messages, int[] Prompt, int DroppedTurns)
{
    /// <summary>The room an answer is given: what it may take at most, but no more than a quarter of the context, which would drop turns too early.</summary>
    public static int AnswerRoomTokens(int maxTokens, int contextTokens) => Math.Clamp(maxTokens, 0, contextTokens / 4);

    /// <summary>
    /// Applies the rule. Where the last turn alone leaves less room than that, or does not even fit by itself, it is returned as it is: the caller
    /// compares <see cref="Prompt"/> with the context.
    /// </summary>
    /// <param name="messages">The conversation, the last message being the user's.</param>
    /// <param name="encode">The prompt of a conversation.</param>
    public static ConversationWindow Fit(IReadOnlyList<ChatMessage> messages, Func<IReadOnlyList<ChatMessage>, int[]> encode, int contextTokens, int roomTokens)
    {
        var whole = new ConversationWindow(messages, encode(messages), 0);
        var mostTokens = contextTokens - roomTokens;
        if (whole.Prompt.Length <= mostTokens)
            return whole;
        var systemCount = messages.TakeWhile(message => message.Role == "system").Count();
        var turns = TurnStarts(messages, systemCount);
        if (turns.Count < 2)
            return whole;
        return FewestDropped(Math.Min(contextTokens / 2, mostTokens)) ?? FewestDropped(mostTokens) ?? Without(turns.Count - 1);

        ConversationWindow Without(int count)
        {
            ChatMessage[] kept = [.. messages.Take(systemCount), .. messages.Skip(turns[count])];
            return new ConversationWindow(kept, encode(kept), count);
        }

        // Fewer turns make a shorter prompt, so halving finds the border: a long conversation is not encoded once per turn.
        ConversationWindow? FewestDropped(int tokens)
        {
            ConversationWindow? found = null;
            var (low, high) = (1, turns.Count - 1);
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var window = Without(middle);
                if (window.Prompt.Length <= tokens)
                    (found, high) = (window, middle - 1);
                else
                    low = middle + 1;
            }
            return found;
        }
    }

    /// <summary>Where turns begin. What stands between the system messages and the first user's (a greeting) belongs to the first turn.</summary>
    private static List<int> TurnStarts(IReadOnlyList<ChatMessage> messages, int first)
    {
        var starts = new List<int> { first };
        var asked = false;
        for (var i = first; i < messages.Count; i++)
        {
            if (messages[i].Role != "user")
                continue;
            if (asked)
                starts.Add(i);
            asked = true;
        }
        return starts;
    }
}
