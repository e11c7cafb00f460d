using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Dormouse.Control.Connections;

/// <summary>
/// The form of an API key: <c>dm_</c>, the version of this scheme, <c>_</c>, and 256 random bits as base64url. It needs no escaping in
/// a URL. The key itself is shown once and never kept.
/// </summary>
internal static class ApiKey
{
    public const int SchemeVersion = 1;
    public const string Prefix = "dm_1_";
    public const int Length = 48;
    private const int RandomBytes = 32;

    // Enough to tell keys of one connection apart, 24 bits of 256.
    private const int HintLength = 9;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static bool IsWellFormed(ReadOnlySpan<char> key) =>
        key.Length == Length && key.StartsWith(Prefix, StringComparison.Ordinal) && !key[Prefix.Length..].ContainsAnyExcept(Alphabet);

    /// <summary>The first characters, by which a person recognises it.</summary>
    public static string HintOf(string key) => key[..HintLength];
}
