using System.Text.Json;

namespace Temoto;

/// <summary>
/// An option of the library that cannot be used. The message is one line in the form of <see cref="InputException"/> that names the property;
/// the command line says its own option's name instead.
/// </summary>
/// <param name="property">Type and property, for instance ModelOptions.Threads.</param>
/// <param name="value">What it was set to.</param>
/// <param name="found">The value in words.</param>
internal sealed class OptionException(string property, object? value, string found, string expected, string next)
    : ArgumentOutOfRangeException(property, value, null)
{
    private readonly InputException line = new(property, null, found, expected, next);

    /// <inheritdoc/>
    public override string Message => line.Message;

    /// <summary>The property as JSON files spell it: max_tokens, top_k.</summary>
    public string Key => JsonNamingPolicy.SnakeCaseLower.ConvertName(line.SourceName[(line.SourceName.LastIndexOf('.') + 1)..]);

    /// <summary>The same fault as bad input, where the value was read from a file.</summary>
    public InputException From(string source, string key, string mend) => new(source, key, found, expected, mend);
}
