using System.CommandLine;

namespace Temoto.Cli.Doctor;

/// <summary><c>temoto doctor [MODEL]</c>: this machine on one screen, and what a model file will need of it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var model = new Argument<string?>("MODEL") { Description = "A model file to look at beside the machine", Arity = ArgumentArity.ZeroOrOne };
        var choice = new ModelChoice();
        var json = ModelChoice.JsonOption();
        var command = new Command("doctor", "Show what this machine offers to models, and what stands in their way\n\nExample: temoto doctor demo") { model, choice.Threads, choice.Kernels, choice.Context, json };
        command.SetAction((parsed, cancellation) =>
        {
            var options = new ModelOptions { Threads = parsed.GetValue(choice.Threads), Kernels = parsed.GetValue(choice.Kernels), ContextTokens = parsed.GetValue(choice.Context) };
            // The file first: what is wrong with it is known at once.
            using var patient = parsed.GetValue(model) is { } name ? ModelNeeds.Open(ModelChoice.Resolve(name), options) : null;
            var machine = MachineFindings.Of(options, cancellation);
            var report = new DoctorReport(machine, patient?.On(machine));
            Console.WriteLine(parsed.GetValue(json) ? Json.Document(report.Document(), ResultContext.Default.DoctorDocument) : report.Text());
            return Task.FromResult(0);
        });
        return command;
    }
}
