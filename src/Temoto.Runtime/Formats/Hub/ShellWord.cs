namespace Temoto.Formats.Hub;

/// <summary>An argument as it is typed, for commands that are shown to be copied.</summary>
internal static class ShellWord
{
    public static string Of(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsLetterOrDigit(c) || "/\\.-_:+=,@~".Contains(c)) ? argument : $"\"{argument}\"";
}
