namespace Temoto.Models;

/// <summary>The byte-level tokenizers whose files, vocab.json and merges.txt, do not say how text is split.</summary>
internal enum TokenizerFamily
{
    Gpt2,

    /// <summary>As GPT-2, with tokens that begin and end a text.</summary>
    Opt,

    Qwen2,
}
