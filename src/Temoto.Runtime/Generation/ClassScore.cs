namespace Temoto;

/// <summary>What a vision model thinks of one class.</summary>
/// <param name="Index">The class's number.</param>
/// <param name="Label">Its name, from id2label.</param>
/// <param name="Logit">The model's output.</param>
/// <param name="Probability">Softmax over the logits of all classes.</param>
public readonly record struct ClassScore(int Index, string Label, float Logit, float Probability);
