using System.Security.Cryptography;

namespace Dormouse.Contracts;

/// <summary>HMAC-SHA-256 of a key under a secret: what keys are looked up by, at every request.</summary>
public static class KeyedDigest
{
    public const int Bytes = SHA256.HashSizeInBytes;

    // Made anew for each key, the library's state takes several times what the hashing does, and threads wait for each other in it.
    [ThreadStatic]
    private static IncrementalHash? mac;

    [ThreadStatic]
    private static byte[]? macSecret;

    public static void Compute(byte[] secret, ReadOnlySpan<byte> text, Span<byte> digest)
    {
        if (mac is null || macSecret != secret)
        {
            mac?.Dispose();
            mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
            macSecret = secret;
        }
        mac.AppendData(text);
        mac.GetHashAndReset(digest);
    }
}
