using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Dormouse.Edge.Caching;

/// <summary>
/// What a cached answer is found by, within its database: SHA-256 of the schema (protocol A), the tags, and the whole body with its
/// parameter values.
/// </summary>
/// <remarks>
/// Nobody can make two requests with one key, since that would be a collision of SHA-256; and were there one, it would stay within its
/// tenant: each database has a table of its own (<see cref="CacheTenant"/>), found by the id that the API key was granted for, so that no
/// key whatever leads to another tenant's answer. The tags belong to the key because an answer must be forgotten by each tag that its
/// askers gave: with one set of tags for all who share an answer, a tag that is given after the answer was made would come too late for
/// an invalidation in between.
/// </remarks>
internal readonly record struct CacheKey
{
    private const int DigestBytes = SHA256.HashSizeInBytes;

    // Most queries with all that belongs to them.
    private const int PieceBytes = 4096;
    private const int BytesPerChar = 3;

    // One for each thread: made anew for each key, it costs more than the hashing of a usual body. Nothing is in it between two keys.
    [ThreadStatic]
    private static IncrementalHash? state;

    private readonly ulong first;
    private readonly ulong second;
    private readonly ulong third;
    private readonly ulong fourth;

    private CacheKey(ReadOnlySpan<byte> digest)
    {
        ReadOnlySpan<ulong> parts = MemoryMarshal.Cast<byte, ulong>(digest);
        (first, second, third, fourth) = (parts[0], parts[1], parts[2], parts[3]);
    }

    /// <param name="schema">What the schema that gives the body its meaning is known by; empty where the body has it in itself.</param>
    /// <param name="tags">The tags as they were sent; empty for none.</param>
    /// <param name="body">The request's body.</param>
    public static CacheKey Of(string schema, string tags, ReadOnlySpan<byte> body)
    {
        IncrementalHash digesting = state ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // A call of the library costs as much as the hashing of some hundred bytes: what is short goes to it in one piece.
        Span<byte> piece = stackalloc byte[PieceBytes];
        int length = 0;
        Append(digesting, piece, ref length, schema);
        Append(digesting, piece, ref length, tags);
        if (body.TryCopyTo(piece[length..]))
        {
            digesting.AppendData(piece[..(length + body.Length)]);
        }
        else
        {
            digesting.AppendData(piece[..length]);
            digesting.AppendData(body);
        }
        Span<byte> digest = stackalloc byte[DigestBytes];
        digesting.GetHashAndReset(digest);
        return new CacheKey(digest);
    }

    /// <summary>With its length in front, so that what follows it cannot be taken for a part of it.</summary>
    private static void Append(IncrementalHash digesting, Span<byte> piece, ref int length, string text)
    {
        int most = sizeof(int) + (text.Length * BytesPerChar);
        if (length + most > piece.Length)
        {
            digesting.AppendData(piece[..length]);
            length = 0;
        }
        Span<byte> bytes = most <= piece.Length ? piece[length..] : new byte[most];
        int written = Encoding.UTF8.GetBytes(text, bytes[sizeof(int)..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, written);
        if (most <= piece.Length)
        {
            length += sizeof(int) + written;
        }
        else
        {
            digesting.AppendData(bytes[..(sizeof(int) + written)]);
        }
    }

    /// <summary>The length of <see cref="CopyTo"/>.</summary>
    public const int Size = DigestBytes;

    public void CopyTo(Span<byte> to)
    {
        ReadOnlySpan<ulong> parts = [first, second, third, fourth];
        MemoryMarshal.AsBytes(parts).CopyTo(to);
    }

    /// <summary>What <see cref="CopyTo"/> wrote.</summary>
    public static CacheKey Read(ReadOnlySpan<byte> from) => new(from[..DigestBytes]);

    /// <summary>Eight bytes of the key, for what need not be exact.</summary>
    public ulong Fingerprint => second;

    public override int GetHashCode() => (int)first;
}
