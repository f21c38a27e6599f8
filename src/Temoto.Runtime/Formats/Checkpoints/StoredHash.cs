using System.Security.Cryptography;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>A stretch of a file and what its SHA-256 must be.</summary>
/// <param name="Name">The tensor that lies there, for the error line.</param>
/// <param name="Sha256">In hexadecimal; null for filler, which must be zero.</param>
/// <param name="Next">What to do with a damaged file.</param>
internal sealed record StoredHash(MappedFile File, string Name, long Offset, long ByteLength, string? Sha256, string Next)
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Reads every byte through the system, not through the mapping, and compares; then sees that the files are as they were opened, so that what was read from them before is covered too.</summary>
    /// <param name="progress">Gets the bytes compared so far and in all.</param>
    /// <returns>How many tensors were compared.</returns>
    public static int CompareAll(IReadOnlyCollection<StoredHash> hashes, Action<long, long>? progress, CancellationToken cancellation)
    {
        var total = hashes.Sum(hash => hash.ByteLength);
        var piece = new byte[PieceBytes];
        long done = 0;
        foreach (var hash in hashes)
        {
            hash.CompareFile(piece, cancellation);
            progress?.Invoke(done += hash.ByteLength, total);
        }
        foreach (var file in hashes.Select(hash => hash.File).Distinct())
            file.RequireUnchanged();
        return hashes.Count(hash => hash.Sha256 is not null);
    }

    /// <summary>Compares a copy of the stretch.</summary>
    public unsafe void CompareCopy(byte* copy)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var isZero = true;
        for (long at = 0; at < ByteLength; at += PieceBytes)
            Append(hash, new ReadOnlySpan<byte>(copy + at, (int)Math.Min(PieceBytes, ByteLength - at)), ref isZero);
        Require(hash, isZero);
    }

    private void CompareFile(byte[] piece, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var isZero = true;
        for (long at = 0; at < ByteLength; at += piece.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, ByteLength - at));
            File.Read(Offset + at, bytes);
            Append(hash, bytes, ref isZero);
        }
        Require(hash, isZero);
    }

    private void Append(IncrementalHash hash, ReadOnlySpan<byte> bytes, ref bool isZero)
    {
        if (Sha256 is null)
            isZero &= !bytes.ContainsAnyExcept((byte)0);
        else
            hash.AppendData(bytes);
    }

    private void Require(IncrementalHash hash, bool isZero)
    {
        if (Sha256 is null)
        {
            if (!isZero)
                throw new InputException(File.Path, Name, "bytes other than zero", "a filler of zeros", Next);
            return;
        }
        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != Sha256)
            throw new InputException(File.Path, Name, $"SHA-256 {found}", Sha256, Next);
    }
}
