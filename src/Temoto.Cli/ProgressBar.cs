using Spectre.Console;

namespace Temoto.Cli;

/// <summary>A progress bar on stderr for long work; nothing where stderr is no terminal.</summary>
internal sealed class ProgressBar
{
    private readonly ProgressTask? task;

    private ProgressBar(ProgressTask? task) => this.task = task;

    /// <summary>Shows <paramref name="done"/> of <paramref name="all"/>.</summary>
    public void Report(long done, long all)
    {
        if (task is null)
            return;
        task.MaxValue = Math.Max(1, all);
        task.Value = done;
    }

    /// <summary>Runs <paramref name="work"/> under a bar.</summary>
    public static T Run<T>(string title, Func<ProgressBar, T> work)
    {
        if (Console.IsErrorRedirected)
            return work(new ProgressBar(null));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => work(new ProgressBar(context.AddTask(Markup.Escape(title)))));
    }

    public static void Run(string title, Action<ProgressBar> work) =>
        Run(title, bar =>
        {
            work(bar);
            return true;
        });

    /// <summary>The same for work that waits, as downloads do.</summary>
    public static async Task RunAsync(string title, Func<ProgressBar, Task> work)
    {
        if (Console.IsErrorRedirected)
        {
            await work(new ProgressBar(null));
            return;
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new ProgressBar(context.AddTask(Markup.Escape(title)))));
    }
}
