using Temoto.Cli;

return await CommandLine.RunAsync(args);
