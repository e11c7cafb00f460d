using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Dormouse.Contracts;

/// <summary>
/// Envelope encryption for secrets that must come back in clear: platform roles, attached databases. A sealed secret is
/// <c>version (1) | key id (4, big endian) | nonce (12) | tag (16) | ciphertext</c>, AES-256-GCM, with the purpose as associated data,
/// so that a secret sealed for one thing cannot be opened as another. Thread-safe.
/// </summary>
public sealed class SecretBox
{
    public const int KeyBytes = 32;
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + 4 + NonceBytes + TagBytes;

    private readonly Dictionary<uint, byte[]> keys;
    private readonly uint activeKeyId;

    /// <param name="keys">All key-encryption keys by id; the one with the highest id seals.</param>
    public SecretBox(IReadOnlyDictionary<uint, byte[]> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0 || keys.Values.Any(key => key.Length != KeyBytes))
        {
            throw new ArgumentException($"At least one key, each of {KeyBytes} bytes, is needed.", nameof(keys));
        }
        this.keys = new Dictionary<uint, byte[]>(keys);
        activeKeyId = keys.Keys.Max();
    }

    /// <summary>The id of the key that sealed a secret; 0 if it is none of ours.</summary>
    public static uint KeyIdOf(ReadOnlySpan<byte> sealedSecret) =>
        sealedSecret.Length < HeaderBytes ? 0 : BinaryPrimitives.ReadUInt32BigEndian(sealedSecret[1..]);

    public byte[] Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> purpose)
    {
        var output = new byte[HeaderBytes + secret.Length];
        output[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(output.AsSpan(1), activeKeyId);
        Span<byte> nonce = output.AsSpan(5, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(keys[activeKeyId], TagBytes);
        aes.Encrypt(nonce, secret, output.AsSpan(HeaderBytes), output.AsSpan(5 + NonceBytes, TagBytes), purpose);
        return output;
    }

    /// <exception cref="CryptographicException">Another key, another purpose, or changed bytes.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedSecret, ReadOnlySpan<byte> purpose)
    {
        if (sealedSecret.Length < HeaderBytes || sealedSecret[0] != Version)
        {
            throw new CryptographicException("Not a sealed secret of a known version.");
        }
        uint keyId = BinaryPrimitives.ReadUInt32BigEndian(sealedSecret[1..]);
        if (!keys.TryGetValue(keyId, out byte[]? key))
        {
            throw new CryptographicException($"The key-encryption key {keyId} is not here.");
        }
        var secret = new byte[sealedSecret.Length - HeaderBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(
            sealedSecret.Slice(5, NonceBytes),
            sealedSecret[HeaderBytes..],
            sealedSecret.Slice(5 + NonceBytes, TagBytes),
            secret,
            purpose
        );
        return secret;
    }
}
