namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>An expression that is malformed, or uses what this engine does not know; the message says what and where.</summary>
internal sealed class ExpressionSyntaxException(string message) : FormatException(message);
