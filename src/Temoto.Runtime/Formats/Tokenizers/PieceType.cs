namespace Temoto.Formats.Tokenizers;

/// <summary>What a piece of a SentencePiece vocabulary is (sentencepiece_model.proto); GGUF's <c>token_type</c> has the same numbers.</summary>
internal enum PieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
