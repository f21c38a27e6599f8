using System.ComponentModel;
using Microsoft.Extensions.AI;
using Temoto.Extensions.AI;

// Watches a machine: agent MODEL QUESTION... The model reads the gauges where it needs them, and remembers what was said.
using var client = TemotoChatClient.Load(args[0]);
var watch = client.AsAIAgent("You watch the pumps of a plant. Answer in one sentence.", tools: [AIFunctionFactory.Create(ReadGauges, "read_gauges")]);
var session = await watch.CreateSessionAsync();
foreach (var question in args[1..])
{
    await foreach (var update in watch.RunStreamingAsync(question, session))
        Console.Write(update);
    Console.WriteLine();
}

[Description("What the gauges of a pump show now.")]
static string ReadGauges([Description("The pump's name, for instance P-7")] string pump)
{
    Console.WriteLine($"[the gauges of {pump} are read]");
    return "running; temp 81.4 °C high; flow 12.5 L/min";
}
