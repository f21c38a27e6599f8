using Temoto.Emit;

// Assembles the kernels again and writes their bytes and listings where the runtime has them. Usage: dotnet run --project tools/emit -- src/Temoto.Runtime/Kernels/Emitted
if (args.Length != 1 || !Directory.Exists(args[0]))
{
    Console.Error.WriteLine($"emit: found '{string.Join(' ', args)}'; expected the folder of the kernels; run it as: dotnet run --project tools/emit -- src/Temoto.Runtime/Kernels/Emitted");
    return 2;
}
foreach (var file in CodeFile.All)
{
    var (code, listing) = file.Paths(args[0]);
    File.WriteAllBytes(code, file.Code);
    File.WriteAllText(listing, file.Listing);
}
return 0;
