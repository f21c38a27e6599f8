using System.CommandLine;
using System.Text;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Cli;

/// <summary><c>temoto plan MODEL</c>: what the planner decided, what each step moves and costs, and what the alternatives would.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var choice = new ModelChoice();
        var board = new Option<string?>("--board") { Description = $"A board file, or {string.Join(" or ", BoardChoice.Names)} (default: this machine, as 'temoto bench --calibrate' measured it, else typical figures)", HelpName = "FILE|NAME" };
        var descriptors = new Option<bool>("--descriptors") { Description = "Print the distinct steps as descriptors, a line each, and the order in which they run" };
        var prefill = new Option<int>("--prefill", "-p") { Description = "Tokens of the prompt's run (at most 512 are computed together)", HelpName = "N", DefaultValueFactory = _ => 512 };
        var decodeAt = new Option<int>("--decode-at") { Description = "Tokens in the cache when a token is generated", HelpName = "N", DefaultValueFactory = _ => 512 };
        var command = new Command("plan", "Show how a model will be run, and what each step moves and costs (computed)\n\nExample: temoto plan demo --prefill 256") { choice.Model, board, prefill, decodeAt, descriptors };
        prefill.Within(1, int.MaxValue);
        decodeAt.Within(0, int.MaxValue);
        foreach (var option in new Option[] { choice.Threads, choice.Kernels, choice.Context, choice.Kv, choice.Activations, choice.Dataflow, choice.Packed, choice.Json })
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var file = parsed.GetValue(board);
            var machine = file is null ? null : BoardChoice.Read(file);
            var options = choice.Options(parsed, elsewhere: machine is not null) with { MemoryPlanned = null };
            var name = parsed.GetRequiredValue(choice.Model);
            using var checkpoint = CheckpointReader.Open(ModelChoice.Resolve(name));
            var plans = PlansOf(checkpoint, options, machine, out var memory);
            var picture = checkpoint.Config.Vision is not null;
            if (picture && new Option[] { prefill, decodeAt }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
                throw new InputException(given.Name, null, $"a choice of tokens for {name}, which looks at pictures", "it with language models only", $"leave it out: a picture has {plans.Prefill.MaxTokens} tokens");
            if (parsed.GetValue(descriptors))
            {
                Console.Write(Descriptors(plans));
                return 0;
            }
            var tokens = picture ? plans.Prefill.MaxTokens : Count(parsed, prefill, 1, plans.Prefill.MaxTokens);
            var position = picture ? 0 : Count(parsed, decodeAt, 0, plans.Prefill.ContextTokens - 1);
            var report = new PlanReport(name, plans, memory, tokens, picture ? null : position);
            var own = plans.Prefill.Steps.Any(step => step.Step.Mode == DataflowMode.Tphs) ? DataflowChoice.Tphs : DataflowChoice.Gemm;
            foreach (var mode in new[] { DataflowChoice.Gemm, DataflowChoice.Tphs })
                report.AddAlternative(mode, mode == own ? plans : PlansOf(checkpoint, options with { Dataflow = mode }, machine, out _));
            Console.WriteLine(parsed.GetValue(choice.Json) ? report.Json() : report.Text());
            return 0;
        });
        return command;
    }

    /// <param name="machine">Null for this computer.</param>
    /// <param name="memory">What this computer would need; null for another board.</param>
    private static ModelPlans PlansOf(Checkpoint checkpoint, ModelOptions options, Board? machine, out MemoryPlan? memory)
    {
        if (machine is not null)
        {
            memory = null;
            return EnginePlan.PlansOn(machine, checkpoint, options);
        }
        var plan = new EnginePlan(checkpoint, options);
        memory = plan.Memory;
        return plan.Plans;
    }

    private static string Descriptors(ModelPlans plans)
    {
        var text = new StringBuilder();
        foreach (var plan in plans.Decode == plans.Prefill ? new[] { plans.Prefill } : [plans.Prefill, plans.Decode])
        {
            text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{plan.Phase.ToString().ToLowerInvariant()}, up to {plan.MaxTokens} {(plan.MaxTokens == 1 ? "token" : "tokens")}, on {StandardOutput.Line(plan.Board)}");
            foreach (var line in StepDescriptors.Of(plan))
                text.AppendLine(StandardOutput.Line(line));
        }
        return text.ToString();
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
