using System.CommandLine;

namespace Temoto.Cli;

/// <summary><c>temoto completion SHELL</c>: a script that asks this command for completions through its [suggest] directive: the command as it was typed, so that ./temoto in a clone answers for itself.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _temoto() {
            local word=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} found
            line="temoto${line#"$1"}"
            COMPREPLY=()
            while IFS= read -r found; do
                if [[ $found == "$word"* ]]; then COMPREPLY+=("$found"); fi
            done < <("${1/#\~/$HOME}" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        complete -o filenames -F _temoto temoto ./temoto
        """;

    private const string Zsh = """
        _temoto() {
            local line="temoto ${(j: :)words[2,CURRENT-1]} $PREFIX" found
            (( CURRENT > 2 )) || line="temoto $PREFIX"
            local -a all folders others
            all=("${(@f)$("${words[1]/#\~/$HOME}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            folders=(${(M)all:#*/})
            others=(${all:#*/})
            compadd -a others
            compadd -S '' -a folders
        }
        compdef _temoto temoto
        """;

    private const string Fish = """
        function __temoto_found
            set -l typed (commandline -opc)
            set -l line (string join -- ' ' temoto $typed[2..-1] (commandline -ct))
            set -l command (string replace -r -- '^~' $HOME $typed[1])
            $command "[suggest:"(string length -- $line)"]" $line 2>/dev/null
        end
        complete -c temoto -f -a '(__temoto_found)'
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName temoto -ScriptBlock {
            param($word, $ast, $position)
            $command = $ast.CommandElements[0].Extent.Text
            $typed = $ast.Extent.Text
            $typed = $typed.Substring(0, [Math]::Min($typed.Length, $position - $ast.Extent.StartOffset)).PadRight($position - $ast.Extent.StartOffset)
            $line = 'temoto' + $typed.Substring($command.Length)
            & $command "[suggest:$($line.Length)]" $line 2>$null | Where-Object { $_.StartsWith($word) } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh" };
        shell.OneOf("bash", "zsh", "fish", "pwsh");
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
