namespace Temoto.Demo.Corpus;

internal enum Language
{
    En,
    Ja,
}

internal enum Kind
{
    Summary,
    Alarm,
    Question,
    Talk,
    Outside,
}

/// <summary>What somebody asks and the one right answer.</summary>
/// <param name="Form">The kind's variety (for example "highest"), to see which one a model has not learned.</param>
internal sealed record Exchange(Kind Kind, Language Language, string Form, string Prompt, string Answer);
