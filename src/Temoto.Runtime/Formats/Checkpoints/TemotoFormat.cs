using System.Security.Cryptography;
using System.Text;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// What the .temoto reader and writer share. A .temoto file is a safetensors file: <c>__metadata__</c> holds the documents below, every tensor starts at a
/// multiple of 64 bytes (fillers named <c>temoto.pad.N</c> lie between), and a weight of integers is up to four tensors: <c>NAME</c> (I8 [out, in], or
/// U8 [out, in / 2] with two nibbles per byte) or <c>NAME.packed</c> (U8), then <c>NAME.scales</c>, <c>NAME.zeros</c>, <c>NAME.input_scale</c>.
/// docs/formats.md has the whole page.
/// </summary>
internal static class TemotoFormat
{
    public const string Extension = ".temoto";

    /// <summary>The version this code writes, and the only one it reads.</summary>
    public const string Version = "1";

    public const int Alignment = 64;

    public const string VersionKey = "temoto.version";
    public const string ConfigKey = "temoto.config";
    public const string GenerationKey = "temoto.generation";
    public const string TokenizerKey = "temoto.tokenizer";
    public const string ChatTemplateKey = "temoto.chat_template";
    public const string PreprocessorKey = "temoto.preprocessor";
    public const string EmbeddingKey = "temoto.embedding";
    public const string RopeInterleavedKey = "temoto.rope_interleaved";
    public const string RopeFactorsKey = "temoto.rope_frequency_factors";
    public const string WeightsKey = "temoto.weights";
    public const string QuantizationKey = "temoto.quantization";
    public const string HashesKey = "temoto.sha256";
    public const string HeaderHashKey = "temoto.header_sha256";

    public const string PackedSuffix = ".packed";
    public const string ScalesSuffix = ".scales";
    public const string ZerosSuffix = ".zeros";
    public const string InputScaleSuffix = ".input_scale";
    public const string PadPrefix = "temoto.pad.";

    /// <summary>What stands for the header's own hash while it is computed.</summary>
    public static readonly string BlankHash = new('0', 2 * SHA256.HashSizeInBytes);

    /// <summary>The bytes before a hash of 64 hexadecimal digits in the header's JSON: the key is written first, so it is found at once.</summary>
    private static ReadOnlySpan<byte> HashIntroduction => "\"temoto.header_sha256\":\""u8;

    /// <summary>
    /// SHA-256 over the header's bytes with the hash itself blanked: names, types, shapes, offsets, documents and the tensors' hashes are all under it.
    /// Null where the header has no place for a hash.
    /// </summary>
    /// <param name="hashOffset">Where the 64 digits stand.</param>
    public static string? HeaderHash(ReadOnlySpan<byte> header, out int hashOffset)
    {
        hashOffset = header.IndexOf(HashIntroduction) + HashIntroduction.Length;
        if (hashOffset < HashIntroduction.Length || header.Length - hashOffset < BlankHash.Length)
            return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header[..hashOffset]);
        hash.AppendData(Encoding.ASCII.GetBytes(BlankHash));
        hash.AppendData(header[(hashOffset + BlankHash.Length)..]);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 of a tensor's bytes.</summary>
    public static unsafe string Hash(Tensor tensor)
    {
        const int pieceBytes = 1 << 24;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = 0; at < tensor.ByteLength; at += pieceBytes)
            hash.AppendData(new ReadOnlySpan<byte>(tensor.Data + at, (int)Math.Min(pieceBytes, tensor.ByteLength - at)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
