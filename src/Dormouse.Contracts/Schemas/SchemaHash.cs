using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Dormouse.Contracts;

/// <summary>
/// Names a Prisma schema by its content: the SHA-256 of the base64 text that clients 5 and 6 upload, in lower-case hexadecimal, as it
/// stands in the path of their requests.
/// </summary>
public readonly record struct SchemaHash
{
    private const int Length = 2 * SHA256.HashSizeInBytes;

    private readonly string? text;

    private SchemaHash(string text) => this.text = text;

    /// <summary>The hash of an uploaded text, base64 as it was sent.</summary>
    public static SchemaHash Of(ReadOnlySpan<byte> base64) => new(Convert.ToHexStringLower(SHA256.HashData(base64)));

    /// <summary>Reads the part of a path; capital letters are no hash, since no client sends them.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SchemaHash hash)
    {
        bool valid = text is { Length: Length } && text.All(char.IsAsciiHexDigitLower);
        hash = valid ? new SchemaHash(text!) : default;
        return valid;
    }

    /// <summary>The 32 bytes, as stores keep them.</summary>
    public byte[] ToBytes() => Convert.FromHexString(ToString());

    public override string ToString() => text ?? "";
}
