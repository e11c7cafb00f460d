using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Dormouse.Control.Edges;

/// <summary>
/// The form of an edge's token: <c>dme_1_</c> and 256 random bits as base64url. Kept as HMAC-SHA-256 under the platform's pepper: a copy
/// of the store tells none.
/// </summary>
internal static class EdgeToken
{
    private const string Prefix = "dme_1_";
    private const int RandomBytes = 32;
    private const int Length = 49;
    private const int HintLength = 10;

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static string HintOf(string token) => token[..HintLength];

    /// <summary>Null where the text cannot be a token.</summary>
    public static byte[]? HashOf(string token, byte[] pepper) =>
        token.Length == Length && token.StartsWith(Prefix, StringComparison.Ordinal) && Ascii.IsValid(token)
            ? HMACSHA256.HashData(pepper, Encoding.ASCII.GetBytes(token))
            : null;
}
