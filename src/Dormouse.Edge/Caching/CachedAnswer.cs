using System.Buffers.Text;
using System.IO.Hashing;

namespace Dormouse.Edge.Caching;

/// <summary>An answer of the database with what is told about it. Immutable.</summary>
/// <param name="Json">The whole body.</param>
/// <param name="AskedAt">
/// The monotonic time at which its query was begun. Age counts from here, as HTTP has it: what happened in the database while the query
/// ran may be missing from the answer.
/// </param>
/// <param name="LastModified">The wall clock's time of the same moment, as a header says it.</param>
/// <param name="OriginTime">How long the database took, its wake included.</param>
internal sealed record CachedAnswer(ReadOnlyMemory<byte> Json, long AskedAt, string LastModified, TimeSpan OriginTime)
{
    /// <summary>
    /// The answer's XXH128: equal signatures are equal answers, on whatever edge and at whatever time, unless somebody who may choose what is
    /// in the answers contrived otherwise. Nothing here depends on it, and a digest that nobody can contrive takes ten times as long.
    /// </summary>
    public string Signature { get; } = SignatureOf(Json.Span);

    private const int DigestBytes = 16;

    private static string SignatureOf(ReadOnlySpan<byte> json)
    {
        Span<byte> digest = stackalloc byte[DigestBytes];
        XxHash128.Hash(json, digest);
        return "xxh128-" + Base64Url.EncodeToString(digest);
    }
}
