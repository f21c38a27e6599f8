using Temoto.Demo.Pictures;

// Seeds of the shipped model: one per set, so that none repeats another's pictures.
const ulong TrainingSeed = 1, ValidationSeed = 2, HeldOutSeed = 5, SampleSeed = 7;

switch (args)
{
    case ["train", var output, var count]:
        PictureSet.WriteRecords(output, TrainingSeed, int.Parse(count));
        return 0;
    case ["validation", var output, var count]:
        PictureSet.WriteRecords(output, ValidationSeed, int.Parse(count));
        return 0;
    case ["heldout", var folder, var count]:
        PictureSet.WriteFolders(folder, HeldOutSeed, int.Parse(count));
        return 0;
    case ["samples", var folder, var count]:
        PictureSet.WriteSamples(folder, SampleSeed, int.Parse(count));
        return 0;
    default:
        Console.Error.WriteLine("""
            Draws the pictures of the vision demo, 64 x 64 pixels, the classes in turns. Commands:
              train FILE COUNT          records for train.py: a byte of class, 12,288 of pixels
              validation FILE COUNT     likewise, other pictures, to watch a training by
              heldout FOLDER COUNT      PNG files in a folder per class, others again, for temoto eval --task
              samples FOLDER COUNT      PNG files named after their class, others again
            """);
        return 2;
}
