using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>
/// AES-256-GCM for the records of one segment, by a key that is derived from the tier's key and the segment's random salt. A record's
/// place in the file is its nonce, so that no nonce comes twice: a segment is written by one process, front to back, and never again after
/// that has ended. The database's id is authenticated with each record, so that a file that was moved to another tenant opens nothing.
/// </summary>
internal sealed class SegmentCipher
{
    public const int TagBytes = 16;
    public const int SaltBytes = 32;

    private readonly byte[] key;
    private readonly byte[] database;

    public SegmentCipher(byte[] tierKey, ReadOnlySpan<byte> salt, byte[] database)
    {
        key = HKDF.DeriveKey(HashAlgorithmName.SHA256, tierKey, 32, salt.ToArray(), "dormouse cache segment"u8.ToArray());
        this.database = database;
    }

    /// <summary>Seals in place of <paramref name="to"/>, which is longer by a tag.</summary>
    public void Seal(ReadOnlySpan<byte> clear, Span<byte> to, long place)
    {
        using var aes = new AesGcm(key, TagBytes);
        Span<byte> nonce = stackalloc byte[12];
        Nonce(nonce, place);
        aes.Encrypt(nonce, clear, to[..clear.Length], to.Slice(clear.Length, TagBytes), database);
    }

    /// <returns>False where it is not what was sealed.</returns>
    public bool TryOpen(ReadOnlySpan<byte> sealedBytes, Span<byte> to, long place)
    {
        using var aes = new AesGcm(key, TagBytes);
        Span<byte> nonce = stackalloc byte[12];
        Nonce(nonce, place);
        try
        {
            aes.Decrypt(nonce, sealedBytes[..^TagBytes], sealedBytes[^TagBytes..], to, database);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static void Nonce(Span<byte> nonce, long place)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(nonce, place);
    }
}
