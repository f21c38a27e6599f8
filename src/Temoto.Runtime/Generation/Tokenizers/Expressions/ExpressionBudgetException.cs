namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>An expression tries more ways to match a text than anybody would wait for.</summary>
internal sealed class ExpressionBudgetException() : Exception("the expression takes too many steps for this text");
