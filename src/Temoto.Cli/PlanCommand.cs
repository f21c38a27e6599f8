using System.CommandLine;
using Temoto.Dataflow;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;

namespace Temoto.Cli;

/// <summary><c>temoto plan MODEL</c>: what the planner decided, what each step moves and costs, and what the alternatives would.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var choice = new ModelChoice();
        var board = new Option<string?>("--board") { Description = "A board file (default: this machine, as 'temoto bench --calibrate' measured it, else typical figures)", HelpName = "FILE" };
        var prefill = new Option<int>("--prefill", "-p") { Description = "Tokens of the prompt's run (at most 512 are computed together)", HelpName = "N", DefaultValueFactory = _ => 512 };
        var decodeAt = new Option<int>("--decode-at") { Description = "Tokens in the cache when a token is generated", HelpName = "N", DefaultValueFactory = _ => 512 };
        var command = new Command("plan", "Show how a model will be run, and what each step moves and costs (computed)\n\nExample: temoto plan demo --prefill 256") { choice.Model, board, prefill, decodeAt };
        prefill.Within(1, int.MaxValue);
        decodeAt.Within(0, int.MaxValue);
        foreach (var option in new Option[] { choice.Threads, choice.Kernels, choice.Context, choice.Kv, choice.Activations, choice.Dataflow, choice.Packed, choice.Json })
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var file = parsed.GetValue(board);
            var machine = file is null ? null : BoardFile.Read(file);
            var options = choice.Options(parsed, elsewhere: machine is not null) with { MemoryPlanned = null };
            var name = parsed.GetRequiredValue(choice.Model);
            using var checkpoint = CheckpointReader.Open(ModelChoice.Resolve(name));
            var plan = new EnginePlan(checkpoint, options, machine);
            var picture = checkpoint.Config.Vision is not null;
            if (picture && new Option[] { prefill, decodeAt }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
                throw new InputException(given.Name, null, $"a choice of tokens for {name}, which looks at pictures", "it with language models only", $"leave it out: a picture has {plan.Prefill.MaxTokens} tokens");
            var tokens = picture ? plan.Prefill.MaxTokens : Count(parsed, prefill, 1, plan.Prefill.MaxTokens);
            var position = picture ? 0 : Count(parsed, decodeAt, 0, plan.ContextTokens - 1);
            var report = new PlanReport(name, plan, tokens, picture ? null : position);
            var own = plan.Prefill.Steps.Any(step => step.Mode == DataflowMode.Tphs) ? DataflowChoice.Tphs : DataflowChoice.Gemm;
            foreach (var mode in new[] { DataflowChoice.Gemm, DataflowChoice.Tphs })
                report.AddAlternative(mode, mode == own ? plan : new EnginePlan(checkpoint, options with { Dataflow = mode }, machine));
            Console.WriteLine(parsed.GetValue(choice.Json) ? report.Json() : report.Text());
            return 0;
        });
        return command;
    }

    /// <summary>What was asked for; a default is cut to what the model can.</summary>
    private static int Count(ParseResult parsed, Option<int> option, int least, int most)
    {
        var value = parsed.GetValue(option);
        if (parsed.GetResult(option) is not { Implicit: false })
            return Math.Min(value, most);
        return value >= least && value <= most ? value : throw new InputException(option.Name, null, $"{value}", $"{least} to {most}", "choose a number in that range");
    }
}
