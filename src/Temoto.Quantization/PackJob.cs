using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Formats.Files;
using Temoto.Packing;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// Makes a .temoto file of a checkpoint. Every finished part is written to a folder beside the output; a job that was interrupted and is run again with
/// the same model, settings and calibration goes on behind the last finished part. At the end the parts are put together and the folder is removed.
/// </summary>
internal sealed class PackJob(Checkpoint source, string output)
{
    private const string FingerprintName = "job.sha256";

    private readonly List<LayerReport> reports = [];
    private readonly List<(string Name, PackingStatistics Statistics)> packedMatrices = [];
    private int writtenParts;

    /// <summary>Null keeps integer weights as they are and changes nothing but their packing.</summary>
    public QuantizationSettings? Quantization { get; init; }

    /// <summary>Null leaves rows plain.</summary>
    public PackingSettings? Packing { get; init; }

    /// <summary>Token sequences; null where the method observes nothing.</summary>
    public IReadOnlyList<int[]>? Calibration { get; init; }

    /// <summary>What a vision model observes in place of tokens.</summary>
    public IReadOnlyList<float[]>? Pictures { get; init; }

    /// <summary>A JSON object for the file's metadata; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>Parts that an earlier run had finished.</summary>
    public int ReusedParts { get; private set; }

    /// <summary>What was measured on the layers that this run quantized.</summary>
    public IReadOnlyList<LayerReport> Reports => reports;

    /// <summary>Beside the file itself, whatever links lead to it: two names of one file are one job.</summary>
    public string PartsFolder { get; } = LinkedPath.Resolve(output) + ".parts";

    /// <summary>What packing made of each integer matrix of this run, plain rows included.</summary>
    public IReadOnlyList<(string Name, PackingStatistics Statistics)> PackedMatrices => packedMatrices;

    /// <param name="quantizing">Gets the weights done and in all.</param>
    /// <param name="writing">Gets the bytes of the file done and in all.</param>
    public void Run(Action<long, long>? quantizing, Action<long, long>? writing, CancellationToken cancellation)
    {
        using (PrepareFolder(cancellation))
        {
            try
            {
                PutTogether(WriteParts(quantizing, cancellation), writing, cancellation);
            }
            catch when (!HasParts)
            {
                Directory.Delete(PartsFolder, recursive: true);
                throw;
            }
        }
        Directory.Delete(PartsFolder, recursive: true);
    }

    /// <summary>True where the folder beside the output holds finished parts: the same job goes on behind them.</summary>
    public bool HasParts => Directory.Exists(PartsFolder) && Directory.EnumerateFiles(PartsFolder, "*" + TemotoFormat.Extension).Any();

    /// <summary>The model's config as the output has it: a head of its own unties the embeddings.</summary>
    private ModelConfig Config => Quantization is { } settings && settings.LmHead != settings.Embedding ? source.Config with { TieWordEmbeddings = false } : source.Config;

    private List<string> WriteParts(Action<long, long>? quantizing, CancellationToken cancellation)
    {
        var keys = new List<string>();
        if (Quantization is { } settings)
        {
            ModelQuantizer.Run(source, settings, Calibration, IsDone, part => WritePart(part, cancellation), quantizing, reports.Add, pictures: Pictures, cancellation: cancellation);
            keys.Add(ModelQuantizer.OutsideKey);
            keys.AddRange(Enumerable.Range(0, source.Config.NumHiddenLayers).Select(ModelQuantizer.LayerKey));
        }
        else
        {
            const string key = "weights";
            if (!IsDone(key))
                WritePart(new QuantizedPart(key, [.. source.Tensors.Values.Select(Plain)]), cancellation);
            keys.Add(key);
        }
        ReusedParts = keys.Count - writtenParts;
        return keys;
    }

    /// <summary>The folder of this job, kept from other processes until the result is disposed.</summary>
    private FileStream PrepareFolder(CancellationToken cancellation)
    {
        var parent = Path.GetDirectoryName(PartsFolder);
        if (!Directory.Exists(parent))
            throw new InputException(output, null, $"no directory '{parent}'", "a directory that exists", "create it, or choose another output path");
        var path = Path.Combine(PartsFolder, FingerprintName);
        if (Directory.Exists(PartsFolder) && !File.Exists(path) && Directory.EnumerateFileSystemEntries(PartsFolder).Any())
            throw new InputException(PartsFolder, null, "a folder that is not this command's", "nothing, or the parts of an interrupted job", "choose another output path");
        var fingerprint = Encoding.ASCII.GetBytes(Fingerprint(cancellation));
        try
        {
            Directory.CreateDirectory(PartsFolder);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            try
            {
                PartialFiles.RemoveAllAbandoned(PartsFolder);
                var found = new byte[fingerprint.Length];
                if (file.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) != found.Length || !found.AsSpan().SequenceEqual(fingerprint))
                {
                    // Parts of another job: they are of no use to this one.
                    foreach (var part in Directory.EnumerateFiles(PartsFolder, "*" + TemotoFormat.Extension))
                        File.Delete(part);
                    file.SetLength(0);
                    file.Write(fingerprint);
                    file.Flush(flushToDisk: true);
                }
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (FullDisk.Is(error))
                throw FullDisk.Error(PartsFolder, error);
            throw new InputException(PartsFolder, null, FileFailure.Of(PartsFolder, error), "a folder that this command can write and no other job uses", "wait for the other job, or choose another output path");
        }
    }

    /// <summary>Model, settings, calibration and program: every byte that can change the result.</summary>
    private string Fingerprint(CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var config = HuggingFaceConfigWriter.Write(source.Config with { RopeInterleaved = false, RopeFrequencyFactors = null });
        hash.AppendData(Encoding.UTF8.GetBytes($"{typeof(PackJob).Module.ModuleVersionId}\n{config}\n{source.Config.RopeInterleaved}\n{string.Join(' ', source.Config.RopeFrequencyFactors ?? [])}\n"));
        hash.AppendData(Encoding.UTF8.GetBytes($"{Quantization}\n{Packing}\n{Description}\n{(Calibration is null ? "" : CalibrationText.Hash(Calibration))}\n"));
        foreach (var pixels in Pictures ?? [])
            hash.AppendData(MemoryMarshal.AsBytes<float>(pixels));
        foreach (var line in WeightFingerprint.Lines([.. source.Tensors.Values], cancellation))
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private string PartPath(string key) => Path.Combine(PartsFolder, key + TemotoFormat.Extension);

    private bool IsDone(string key) => File.Exists(PartPath(key));

    private void WritePart(QuantizedPart part, CancellationToken cancellation)
    {
        writtenParts++;
        var tensors = Packing is null ? part.Tensors : [.. part.Tensors.Select(tensor => Pack(tensor, Packing))];
        TemotoWriter.Write(PartPath(part.Key), new TemotoContents(source.Config, tensors), null, null, cancellation);
    }

    /// <summary>Integer matrices with packed rows where that makes them shorter.</summary>
    private unsafe Tensor Pack(Tensor tensor, PackingSettings settings)
    {
        if (tensor.Scales is not { } scales)
            return tensor;
        var (stream, statistics) = PackingEncoder.Encode(tensor, settings);
        packedMatrices.Add((tensor.Name, statistics));
        if (statistics.Mode == PackingMode.None)
        {
            stream.Dispose();
            return tensor;
        }
        var matrix = PackedMatrix.Open(output, tensor.Name, stream.Data, stream.ByteLength, stream);
        return new Tensor(tensor.Name, tensor.DType, tensor.Shape, matrix) { Scales = scales, InputGrid = tensor.InputGrid };
    }

    private unsafe Tensor Plain(Tensor tensor)
    {
        if (tensor.Encoded is not { } encoded)
            return tensor;
        var buffer = new NativeBuffer(tensor.Rows * tensor.RowBytes);
        encoded.DecodeRows(0, tensor.Rows, buffer.Data);
        return new Tensor(tensor.Name, tensor.DType, tensor.Shape, buffer.Data, buffer.ByteLength, buffer) { Scales = tensor.Scales, InputGrid = tensor.InputGrid };
    }

    private void PutTogether(List<string> keys, Action<long, long>? writing, CancellationToken cancellation)
    {
        var parts = new List<Checkpoint>();
        try
        {
            foreach (var key in keys)
                parts.Add(TemotoFile.Open(PartPath(key)));
            var contents = new TemotoContents(Config, [.. parts.SelectMany(part => part.Tensors.Values)], source.Tokenizer, source.ChatTemplate, source.Generation, source.Preprocessor, source.Embedding());
            TemotoWriter.Write(output, contents, Description ?? source.Quantization, writing, cancellation);
        }
        finally
        {
            foreach (var part in parts)
                part.Dispose();
        }
    }
}
