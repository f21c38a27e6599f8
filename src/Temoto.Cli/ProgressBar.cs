using Spectre.Console;

namespace Temoto.Cli;

/// <summary>The progress of long work on stderr: a bar on a terminal, lines now and then in a log.</summary>
internal sealed class ProgressBar
{
    private readonly Action<long, long> show;

    private ProgressBar(ProgressTask task) => show = (done, all) =>
    {
        task.MaxValue = Math.Max(1, all);
        task.Value = done;
    };

    private ProgressBar(string title) => show = new ProgressLines(title, Console.Error, TimeProvider.System).Report;

    /// <summary>Shows <paramref name="done"/> of <paramref name="all"/>.</summary>
    public void Report(long done, long all) => show(done, all);

    /// <summary>Runs <paramref name="work"/> under a bar.</summary>
    public static T Run<T>(string title, Func<ProgressBar, T> work) => StandardError.IsTerminal
        ? Bars(new RemainingTimeColumn()).Start(context => work(new ProgressBar(context.AddTask(Title(title)))))
        : work(new ProgressBar(title));

    public static void Run(string title, Action<ProgressBar> work) =>
        Run(title, bar =>
        {
            work(bar);
            return true;
        });

    /// <summary>The same for work that waits, as downloads do.</summary>
    /// <param name="inBytes">What is reported are bytes, and shown as such.</param>
    public static async Task RunAsync(string title, Func<ProgressBar, Task> work, bool inBytes = true)
    {
        if (StandardError.IsTerminal)
            await Bars(inBytes ? [new DownloadedColumn(), new RemainingTimeColumn()] : [new RemainingTimeColumn()]).StartAsync(context => work(new ProgressBar(context.AddTask(Title(title)))));
        else
            await work(new ProgressBar(title));
    }

    private static Progress Bars(params ProgressColumn[] more) => AnsiConsole.Create(new AnsiConsoleSettings { Out = new TerminalConsole() }).Progress()
        .Columns([new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), .. more]);

    /// <summary>A title may be a name from elsewhere, and these writers pass all codes.</summary>
    private static string Title(string text) => Markup.Escape(TerminalText.Line(text));
}
