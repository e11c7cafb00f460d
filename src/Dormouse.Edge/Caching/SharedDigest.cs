using System.Security.Cryptography;

namespace Dormouse.Edge.Caching;

/// <summary>SHA-256 of what most requests need: made anew for each, the library's state costs more than the hashing of a usual body.</summary>
internal static class SharedDigest
{
    public const int Bytes = SHA256.HashSizeInBytes;

    [ThreadStatic]
    private static IncrementalHash? state;

    /// <summary>This thread's, in which nothing is: whoever adds to it takes its hash before anything else runs on the thread.</summary>
    public static IncrementalHash State => state ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public static void Of(ReadOnlySpan<byte> bytes, Span<byte> digest)
    {
        State.AppendData(bytes);
        State.GetHashAndReset(digest);
    }
}
