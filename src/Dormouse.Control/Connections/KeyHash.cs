using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Dormouse.Contracts;

namespace Dormouse.Control.Connections;

/// <summary>
/// What a key is looked up by: HMAC-SHA-256 of the key under the platform's pepper. A copy of the store alone tells neither the keys nor
/// whether a guess is right.
/// </summary>
[InlineArray(ByteCount)]
internal struct KeyHashBytes
{
    public const int ByteCount = KeyedDigest.Bytes;
    private byte first;
}

/// <inheritdoc cref="KeyHashBytes"/>
internal readonly struct KeyHash : IEquatable<KeyHash>
{
    private readonly KeyHashBytes bytes;

    private KeyHash(KeyHashBytes bytes) => this.bytes = bytes;

    /// <summary>False where the text cannot be a key.</summary>
    public static bool TryCompute(ReadOnlySpan<char> key, byte[] pepper, out KeyHash hash)
    {
        hash = default;
        if (!ApiKey.IsWellFormed(key))
        {
            return false;
        }
        Span<byte> text = stackalloc byte[ApiKey.Length];
        Encoding.ASCII.GetBytes(key, text);
        KeyHashBytes bytes = default;
        KeyedDigest.Compute(pepper, text, bytes);
        CryptographicOperations.ZeroMemory(text);
        hash = new KeyHash(bytes);
        return true;
    }

    public static KeyHash FromStore(byte[] stored)
    {
        KeyHashBytes bytes = default;
        stored.CopyTo(bytes);
        return new KeyHash(bytes);
    }

    /// <summary>Identifies a pepper without telling it.</summary>
    public static string FingerprintOf(ReadOnlySpan<byte> pepper) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(pepper, "dormouse pepper fingerprint"u8));

    public byte[] ToArray() => ((ReadOnlySpan<byte>)bytes).ToArray();

    // In constant time, although an attacker who lacks the pepper cannot choose hashes.
    public bool Equals(KeyHash other) => CryptographicOperations.FixedTimeEquals(bytes, other.bytes);

    public override bool Equals(object? obj) => obj is KeyHash other && Equals(other);

    // The bytes are uniform and keyed: the first four make a good hash code that nobody can aim at.
    public override int GetHashCode() => MemoryMarshal.Read<int>(bytes);
}
