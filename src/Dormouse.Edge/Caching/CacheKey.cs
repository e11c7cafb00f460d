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

    // The hash of a schema has 64 letters, a few tags no more.
    private const int ShortText = 128;
    private const int BytesPerChar = 3;

    // No JSON begins with it, so that no body has the form of a composed key.
    private const byte Composed = 1;

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
        Span<byte> parts = stackalloc byte[1 + (3 * DigestBytes)];
        Span<byte> bodyDigest = parts[(1 + (2 * DigestBytes))..];
        SHA256.HashData(body, bodyDigest);
        if (schema.Length == 0 && tags.Length == 0)
        {
            return new CacheKey(bodyDigest);
        }
        parts[0] = Composed;
        Span<byte> schemaDigest = parts.Slice(1, DigestBytes);
        Span<byte> tagsDigest = parts.Slice(1 + DigestBytes, DigestBytes);
        Hash(schema, schemaDigest);
        Hash(tags, tagsDigest);
        Span<byte> digest = stackalloc byte[DigestBytes];
        SHA256.HashData(parts, digest);
        return new CacheKey(digest);
    }

    private static void Hash(string text, Span<byte> digest)
    {
        Span<byte> bytes = text.Length <= ShortText ? stackalloc byte[ShortText * BytesPerChar] : new byte[text.Length * BytesPerChar];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], digest);
    }

    /// <summary>Eight bytes of the key, for what need not be exact.</summary>
    public ulong Fingerprint => second;

    public override int GetHashCode() => (int)first;
}
