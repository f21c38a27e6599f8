namespace Temoto.Demo.Corpus;

/// <summary>Ways to say one thing: those the model is trained on, and those kept for the held-out rows.</summary>
internal sealed record Wordings(string[] Training, string[] HeldOut)
{
    public string Pick(SeededRandom random, Split split) => random.Pick(split == Split.Training ? Training : HeldOut);
}
