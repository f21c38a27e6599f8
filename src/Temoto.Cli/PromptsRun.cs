using System.Diagnostics;
using Temoto.Generation.Tools;
using Temoto.Machine;

namespace Temoto.Cli;

/// <summary>
/// Many prompts answered by one model, several at a time, each as if it were alone: every prompt has a session of its own. One line of JSON per prompt on
/// stdout, in the order of the prompts, each as soon as it and those before it are done.
/// </summary>
internal sealed class PromptsRun(LanguageModel model, IReadOnlyList<PromptRow> rows, bool raw, ChatOptions? chat = null)
{
    /// <summary>As many as the library computes in one run unless it is asked for more.</summary>
    private static readonly int DefaultSessions = new ModelOptions().MaxBatchSequences;

    private int begun;
    private int failed;
    private long generated;

    /// <summary>How many prompts are answered at a time.</summary>
    /// <param name="asked">Null takes what fits into half of the memory.</param>
    public int Sessions(int? asked)
    {
        var memory = model.Info.Memory;
        var most = asked ?? Math.Clamp((memory.AvailableBytes / 2 - memory.TotalBytes) / Math.Max(1, memory.KvBytes) + 1, 1, DefaultSessions);
        var sessions = (int)Math.Min(most, rows.Count);
        if (memory.TotalBytes + (sessions - 1) * memory.KvBytes > memory.AvailableBytes)
        {
            throw new InputException(
                "--parallel",
                null,
                $"{sessions} prompts at a time, each with a KV cache of {memory.KvBytes / 1048576.0:0.0} MiB",
                $"together at most {memory.AvailableBytes / 1048576.0:0.0} MiB",
                "lower it, or shorten --context");
        }
        return sessions;
    }

    /// <summary>Judges what can be judged before any prompt is answered.</summary>
    public void Check()
    {
        foreach (var row in rows)
        {
            if (row.Prompt is null && (raw || !model.HasChatTemplate))
                throw new InputException(
                    row.Source, "messages", raw ? "a conversation with --raw" : "a conversation for a model without a chat template",
                    "{\"prompt\": \"text\"}", "give the text as a prompt");
            if (row.Prompt is not null && IsPlain && row.Messages.Count > 1)
                throw new InputException(
                    row.Source, "system", "a system message for plain continuation", "a model with a chat template and no --raw", "leave it out");
            if (row.Prompt is not null && !IsPlain && RunCommand.IsEmpty(row.Prompt))
                throw RunCommand.EmptyPrompt(row.Source);
        }
    }

    public async Task<int> RunAsync(int sessions, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var answers = rows.Select(_ => new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var workers = Enumerable.Range(0, sessions)
            .Select(_ => Task.Factory.StartNew(() => AnswerRows(answers, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();
        try
        {
            await WriteAsync(answers, stop);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(workers);
        }
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await Console.Error.WriteLineAsync($"[{rows.Count} prompts, {failed} failed | {generated} tokens generated in {seconds:0.0} s, {generated / seconds:0.0} tokens/s"
            + $" | {sessions} at a time | peak memory {PhysicalMemory.PeakResidentBytes() / 1048576.0:0} MiB]");
        if (cancellation.IsCancellationRequested)
            return CommandLine.Interrupted;
        return failed > 0 ? CommandLine.WorkFailed : 0;
    }

    private bool IsPlain => raw || !model.HasChatTemplate;

    private static async Task WriteAsync(TaskCompletionSource<string?>[] answers, CancellationTokenSource stop)
    {
        await using var output = StandardOutput.Open(autoFlush: true);
        foreach (var answer in answers)
        {
            if (await answer.Task is not { } line)
                continue;
            await output.WriteLineAsync(line);
            if (OutputPipe.IsClosed)
                await stop.CancelAsync();
        }
    }

    /// <summary>Takes rows until there are none. Rows that were not begun when all was stopped have no answer.</summary>
    private void AnswerRows(TaskCompletionSource<string?>[] answers, CancellationTokenSource stop)
    {
        for (var index = Interlocked.Increment(ref begun) - 1; index < rows.Count; index = Interlocked.Increment(ref begun) - 1)
        {
            try
            {
                answers[index].SetResult(stop.IsCancellationRequested ? null : Answer(rows[index], index, stop.Token));
            }
            catch (Exception error)
            {
                answers[index].SetException(error);
                stop.Cancel();
            }
        }
    }

    /// <summary>The line of one prompt. One that this model cannot answer says so in it and keeps nobody else from an answer.</summary>
    private string Answer(PromptRow row, int index, CancellationToken cancellation)
    {
        var answer = new AnswerText();
        AnswerParser? parser = null;
        using var session = model.CreateSession();
        try
        {
            var start = Stopwatch.GetTimestamp();
            var prompt = IsPlain ? TextPrompt.Plain(model.EncodeRaw(row.Prompt!)) : TextPrompt.Of(model.PrepareChat(row.Messages, chat));
            parser = prompt.Parser;
            foreach (var piece in session.Generate(prompt.Request(model, row.Options, start), cancellation))
                answer.Add(parser.Push(piece));
        }
        catch (OperationCanceledException)
        {
            // The line says so, and holds the text so far.
        }
        catch (Exception error) when (error is InputException or ArgumentException)
        {
            Interlocked.Increment(ref failed);
            return Json.Line(new PromptFailure(index, RawJson.Of(row.Id), OptionNames.In(error.Message)), ResultContext.Default.PromptFailure);
        }
        answer.Add(parser!.End());
        Interlocked.Add(ref generated, session.Statistics.GeneratedTokens);
        return Json.Line(new PromptAnswer(index, RawJson.Of(row.Id), answer.Text, answer.Reasoning.Length == 0 ? null : answer.Reasoning, CallLine.All(answer.Calls), session.Statistics), ResultContext.Default.PromptAnswer);
    }
}

/// <summary>The line of an answered prompt.</summary>
internal sealed record PromptAnswer(int Index, RawJson? Id, string Text, string? Reasoning, IReadOnlyList<CallLine>? ToolCalls, GenerationStatistics Statistics) : GenerationFigures(Statistics);

/// <summary>The line of a prompt that this model cannot answer.</summary>
internal sealed record PromptFailure(int Index, RawJson? Id, string Error);
