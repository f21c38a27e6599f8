using System.CommandLine;

namespace Temoto.Cli;

/// <summary><c>temoto completion SHELL</c>: a script that asks this command for completions through its [suggest] directive.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _temoto() {
            local IFS=$'\n'
            COMPREPLY=($(temoto "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
        }
        complete -o default -F _temoto temoto
        """;

    private const string Zsh = """
        _temoto() {
            local -a found
            found=("${(@f)$(temoto "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a found
            _files
        }
        compdef _temoto temoto
        """;

    private const string Fish = """
        complete -c temoto -a '(temoto "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName temoto -ScriptBlock {
            param($word, $ast, $position)
            temoto "[suggest:$position]" "$ast" 2>$null | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Print a shell completion script\n\nExample: source <(temoto completion bash)") { shell };
        command.SetAction(parsed => Console.WriteLine(parsed.GetRequiredValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => PowerShell,
        }));
        return command;
    }
}
