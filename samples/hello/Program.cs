using Temoto;

using var model = LanguageModel.Load(args[0]);
Console.WriteLine($"{model.Info.ModelType} of {model.Info.ParameterCount:#,0} parameters; the prompt has {model.CountTokens(args[1])} tokens");
await foreach (var piece in model.GenerateAsync(args[1]))
    Console.Write(piece);
